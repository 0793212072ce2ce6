import { namedError } from "@sightline/foundation/named-error";

/** What keeps a command from doing its work: the message says what, where and the remedy. */
export class CliError extends namedError("CliError", Error) {}
