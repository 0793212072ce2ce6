import { fromFloat16Array, type GraphBuilder } from "@sightline/onnx";
import { MalformedMxnetError, type UnsupportedOperatorError } from "./errors.js";
import type { NDArray } from "./params.js";
import { Settings } from "./settings.js";
import type { SymbolNode } from "./symbol.js";

/** A value of the graph that is made: its name in ONNX, and its shape, in which -1 stands for the batch. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
  /** The weights, where it is a constant. */
  readonly constant?: Float32Array;
}

/** The batch in a shape: any number of pictures. */
export const BATCH = -1;

/** A node that is being converted. */
export class NodeContext {
  readonly settings: Settings;

  constructor(
    readonly graph: GraphBuilder,
    readonly node: SymbolNode,
    readonly inputs: readonly Value[],
  ) {
    this.settings = new Settings(node);
  }

  /** What the node takes at a place. @throws {MalformedMxnetError} when it takes nothing there */
  input(place: number): Value {
    const value = this.inputs[place];
    if (value === undefined) {
      throw new MalformedMxnetError(
        `Node "${this.node.name}" (${this.node.op}) takes ${this.inputs.length} values; its number ${place + 1} is missing.`,
      );
    }
    return value;
  }

  /** The same, with so many dimensions. */
  inputOf(place: number, dimensions: number): Value {
    const value = this.input(place);
    if (value.shape.length !== dimensions) {
      throw this.settings.unsupported(
        `an input of ${value.shape.length} dimensions instead of ${dimensions}`,
      );
    }
    return value;
  }

  /** Weights that the node takes at a place. */
  weights(place: number): Value & { readonly constant: Float32Array } {
    const value = this.input(place);
    if (value.constant === undefined) throw this.settings.unsupported(`weights that are computed`);
    return value as Value & { readonly constant: Float32Array };
  }

  /** Adds a constant of the node's own. */
  constant(part: string, dims: readonly number[], data: Float32Array | BigInt64Array): string {
    return this.graph.initializer(`${this.node.name}/${part}`, dims, data);
  }

  /** Adds an operator. */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: Parameters<GraphBuilder["node"]>[2] = {},
  ): string {
    return this.graph.node(opType, inputs, attributes);
  }

  /** An error for what cannot be converted. */
  unsupported(what: string): UnsupportedOperatorError {
    return this.settings.unsupported(what);
  }
}

/** How an operator of MXNet is written in ONNX: its outputs, of which most have one. */
export type Converter = (context: NodeContext) => Value | readonly Value[];

/** A weight as float32, whatever it is stored as. */
export function toFloat32(name: string, array: NDArray): Float32Array {
  const { data, type } = array;
  // Views of the file may begin anywhere; typed arrays want whole multiples.
  const buffer = new Uint8Array(data).buffer;
  switch (type) {
    case "float32":
      return new Float32Array(buffer);
    case "float64":
      return Float32Array.from(new Float64Array(buffer));
    case "float16":
      return fromFloat16Array(new Uint16Array(buffer));
    default:
      throw new MalformedMxnetError(
        `Weight "${name}" is ${type}; weights are floats (quantized nets are not read).`,
      );
  }
}

/** Number of elements behind the batch. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => (size === BATCH ? product : product * size), 1);
}
