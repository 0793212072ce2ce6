/** Base class of every error this package throws on purpose. */
export class MxnetError extends Error {
  override readonly name: string = "MxnetError";
}

/** Thrown when bytes are no `-symbol.json` or `.params` of MXNet 1.x: another format, cut short, or out of bounds. */
export class MalformedMxnetError extends MxnetError {
  override readonly name: string = "MalformedMxnetError";
}

/** Thrown when a graph has an operator, or an operator a setting, that has no conversion; names operator and node. */
export class UnsupportedOperatorError extends MxnetError {
  override readonly name: string = "UnsupportedOperatorError";
  constructor(
    message: string,
    /** Operator as MXNet calls it, such as "RNN". */
    readonly operator: string,
    /** Name of the node in the symbol. */
    readonly node: string,
  ) {
    super(message);
  }
}
