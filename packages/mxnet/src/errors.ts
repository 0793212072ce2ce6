import { namedError } from "@sightline/foundation/named-error";

/** Base class of every error this package throws on purpose. */
export class MxnetError extends namedError("MxnetError", Error) {}

/** Thrown when bytes are no `-symbol.json` or `.params` of MXNet 1.x: another format, cut short, or out of bounds. */
export class MalformedMxnetError extends namedError("MalformedMxnetError", MxnetError) {}

/** Thrown when a graph has an operator, or an operator a setting, that has no conversion; names operator and node. */
export class UnsupportedOperatorError extends namedError("UnsupportedOperatorError", MxnetError) {
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
