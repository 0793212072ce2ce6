import { namedError } from "@sightline/foundation/named-error";

/** Base of every error that this package throws on its own account. */
export class LoadError extends namedError("LoadError", Error) {}

/** The target cannot be loaded at all: the endpoint's credentials or region are missing, or a body cannot be used. */
export class TargetError extends namedError("TargetError", LoadError) {}
