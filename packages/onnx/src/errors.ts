/** Base class of every error this package throws on purpose. */
export class OnnxError extends Error {
  override readonly name: string = "OnnxError";
}

/** Thrown when bytes are not an ONNX model: no protobuf, cut short, or no graph inside. */
export class MalformedModelError extends OnnxError {
  override readonly name: string = "MalformedModelError";
}

/** Thrown when a graph cannot be built or joined: unknown or doubled names, shapes that do not fit the data. */
export class InvalidGraphError extends OnnxError {
  override readonly name: string = "InvalidGraphError";
}
