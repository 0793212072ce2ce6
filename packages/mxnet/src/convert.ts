import { type GraphBuilder, graphBuilder, OnnxError, type OnnxModel, pruneGraph } from "@sightline/onnx";
import { MalformedMxnetError, UnsupportedOperatorError } from "./errors.js";
import { BATCH, NodeContext, toFloat32, type Value } from "./graph.js";
import { operators } from "./operators/table.js";
import type { NDArray, Params } from "./params.js";
import type { MxnetSymbol, SymbolEntry, SymbolNode } from "./symbol.js";

/** Options of {@link convertModel}. */
export interface ConvertOptions {
  /** Shape of the input of one picture: channels, height, width. */
  readonly inputShape: readonly [channels: number, height: number, width: number];
  /** Name of the input. Default "data", as MXNet's examples and SageMaker's algorithms call it. */
  readonly input?: string;
  /**
   * Node whose output the model gives, such as "detection"; what it does not need is left out. Default: the symbol's
   * first head.
   */
  readonly output?: string;
  /** `metadata_props` of the file. Default none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Longest side of an input, in pixels: protects memory from a wrong shape. */
const MOST_PIXELS = 8192;

/**
 * Converts a network of MXNet 1.x to ONNX (operator set 17), for inference, with a free batch. The input keeps its
 * name, and the output has that of its node.
 *
 * @throws {UnsupportedOperatorError} for an operator that is not converted, which names it and its node
 * @throws {MalformedMxnetError} when symbol and weights do not fit together
 * @example
 * ```ts
 * const symbol = readSymbol(await readFile("image-classification-symbol.json", "utf8"));
 * const params = readParams(await readFile("image-classification-0005.params"));
 * const model = convertModel(symbol, params, { inputShape: [3, 224, 224] });
 * await writeFile("model.onnx", writeModel(model));
 * ```
 */
export function convertModel(symbol: MxnetSymbol, params: Params, options: ConvertOptions): OnnxModel {
  try {
    return convert(symbol, params, options);
  } catch (cause) {
    if (!(cause instanceof OnnxError)) throw cause;
    throw new MalformedMxnetError(`Symbol and weights give no network: ${cause.message}`, { cause });
  }
}

function convert(symbol: MxnetSymbol, params: Params, options: ConvertOptions): OnnxModel {
  const { inputShape, input = "data", metadata = {} } = options;
  if (inputShape.some((size) => !Number.isInteger(size) || size < 1 || size > MOST_PIXELS)) {
    throw new RangeError(`inputShape is [${inputShape.join(", ")}]; each must be 1 to ${MOST_PIXELS}.`);
  }
  const head = options.output === undefined ? symbol.heads[0]! : outputOf(symbol, options.output);
  const graph = graphBuilder({ name: "mxnet", metadata });
  graph.input(input, "float32", ["N", ...inputShape]);
  const made = new Map<number, readonly Value[]>();
  for (const index of needed(symbol, head, input)) {
    const node = symbol.nodes[index]!;
    const values =
      node.op === "null"
        ? [variable(graph, node, params, input, inputShape)]
        : convertNode(graph, node, made, symbol.nodes, input);
    made.set(index, values);
  }
  const result = made.get(head.node)?.[head.output];
  if (result === undefined) {
    throw new MalformedMxnetError(`Node "${symbol.nodes[head.node]!.name}" has no output ${head.output}.`);
  }
  const name = graph.node("Identity", [result.name], {}, { output: symbol.nodes[head.node]!.name });
  graph.output(
    name,
    "float32",
    result.shape.map((size) => (size === BATCH ? "N" : size)),
  );
  const model = graph.build();
  return { ...model, graph: pruneGraph(model.graph) };
}

function outputOf(symbol: MxnetSymbol, name: string): SymbolEntry {
  const node = symbol.nodes.findIndex((candidate) => candidate.name === name && candidate.op !== "null");
  if (node === -1) throw new MalformedMxnetError(`The symbol has no node "${name}" to give as output.`);
  return { node, output: 0 };
}

/** Nodes that an output depends on, in order. Labels of losses are not among them: nothing is read of them. */
function needed(symbol: MxnetSymbol, head: SymbolEntry, input: string): number[] {
  const wanted = new Set<number>();
  const open = [head.node];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (wanted.has(index)) continue;
    wanted.add(index);
    for (const { node } of usedInputs(symbol.nodes[index]!)) open.push(node);
  }
  const order = [...wanted].sort((a, b) => a - b);
  if (!order.some((index) => symbol.nodes[index]!.name === input)) {
    throw new MalformedMxnetError(
      `The output does not depend on an input "${input}". Give its name as \`input\`.`,
    );
  }
  return order;
}

/** What a node takes in inference: a loss also takes a label. */
function usedInputs(node: SymbolNode): readonly SymbolEntry[] {
  return node.op === "SoftmaxOutput" || node.op === "Softmax" ? node.inputs.slice(0, 1) : node.inputs;
}

function variable(
  graph: GraphBuilder,
  node: SymbolNode,
  { args, aux }: Params,
  input: string,
  inputShape: readonly number[],
): Value {
  if (node.name === input) return { name: input, shape: [BATCH, ...inputShape] };
  const array: NDArray | undefined = args.get(node.name) ?? aux.get(node.name);
  if (array === undefined) {
    throw new MalformedMxnetError(
      `The network needs "${node.name}", which the .params file does not hold: do the two belong together?`,
    );
  }
  const constant = toFloat32(node.name, array);
  return { name: graph.initializer(node.name, array.shape, constant), shape: array.shape, constant };
}

function convertNode(
  graph: GraphBuilder,
  node: SymbolNode,
  made: ReadonlyMap<number, readonly Value[]>,
  nodes: readonly SymbolNode[],
  input: string,
): readonly Value[] {
  const converter = operators.get(node.op);
  if (converter === undefined) {
    throw new UnsupportedOperatorError(
      `Node "${node.name}": operator ${node.op} is not converted. Converted are ${[...operators.keys()].join(", ")}.`,
      node.op,
      node.name,
    );
  }
  const inputs = usedInputs(node).map(({ node: from, output }) => {
    const value = made.get(from)?.[output];
    if (value === undefined) {
      throw new MalformedMxnetError(
        `Node "${node.name}" takes output ${output} of "${nodes[from]?.name ?? input}", which has no such output.`,
      );
    }
    return value;
  });
  const values = converter(new NodeContext(graph, node, inputs));
  return Array.isArray(values) ? (values as readonly Value[]) : [values as Value];
}
