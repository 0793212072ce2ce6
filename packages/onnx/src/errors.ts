import { namedError } from "@sightline/foundation/named-error";

/** Base class of every error this package throws on purpose. */
export class OnnxError extends namedError("OnnxError", Error) {}

/** Thrown when bytes are not an ONNX model: no protobuf, cut short, or no graph inside. */
export class MalformedModelError extends namedError("MalformedModelError", OnnxError) {}

/** Thrown when a graph cannot be built or joined: unknown or doubled names, shapes that do not fit the data. */
export class InvalidGraphError extends namedError("InvalidGraphError", OnnxError) {}
