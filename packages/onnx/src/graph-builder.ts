import { type AttributeInput, attribute } from "./attribute-input.js";
import type { ElemType } from "./elem-type.js";
import { InvalidGraphError } from "./errors.js";
import type { Dimension, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from "./model.js";
import { type TensorElements, tensor } from "./tensor.js";

/** What `GraphBuilder.build` writes around the graph. */
export interface GraphBuilderOptions {
  /** Name of the graph. Default "graph". */
  readonly name?: string;
  /** Version of ONNX's own operator set. Default 17. */
  readonly opset?: number;
  /** Versions of other operator sets by domain. Default none. */
  readonly domains?: Readonly<Record<string, number>>;
  /** IR version of the file. Default 8, which every ONNX Runtime since 1.10 reads. */
  readonly irVersion?: number;
  /** Default "sightline". */
  readonly producerName?: string;
  /** `metadata_props`. Default none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Options of one node. */
export interface NodeOptions {
  /** Name of the single output. Default: the operator's name and a number. */
  readonly output?: string;
  /** Domain of the operator. Default "" (ONNX's own). */
  readonly domain?: string;
}

/** Puts a graph together operator by operator; every call gives back the name of the value it made. */
export interface GraphBuilder {
  /** Declares an input. A string dimension is symbolic: `["N", 3, 224, 224]`. */
  input(name: string, elemType: ElemType, shape: readonly Dimension[]): string;
  /** Adds a constant; see `tensor` for what elements may be. */
  initializer(name: string, dims: readonly number[], elements: TensorElements, elemType?: ElemType): string;
  /** Adds an operator with one output. Inputs are names; "" leaves an optional input out. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeInput>>,
    options?: NodeOptions,
  ): string;
  /** Adds an operator with several outputs: their count, or their names. */
  nodes(
    opType: string,
    inputs: readonly string[],
    outputs: number | readonly string[],
    attributes?: Readonly<Record<string, AttributeInput>>,
    options?: Pick<NodeOptions, "domain">,
  ): string[];
  /** Declares a value as an output of the graph, under its own name. */
  output(name: string, elemType: ElemType, shape: readonly Dimension[]): string;
  /** The graph alone. Throws `InvalidGraphError` when an input of a node or an output is defined nowhere. */
  graph(): OnnxGraph;
  /** The whole model; `writeModel` turns it into a file. Throws as `graph` does. */
  build(): OnnxModel;
}

/**
 * Starts a new graph.
 *
 * ```ts
 * const g = graphBuilder({ name: "head" });
 * const x = g.input("features", "float32", ["N", 2]);
 * const w = g.initializer("weight", [2, 3], new Float32Array([1, 0, 0, 0, 1, 0]));
 * g.output(g.node("Softmax", [g.node("MatMul", [x, w])], { axis: -1 }, { output: "prob" }), "float32", ["N", 3]);
 * const file = writeModel(g.build());
 * ```
 */
export function graphBuilder(options: GraphBuilderOptions = {}): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const defined = new Set<string>();
  const counters = new Map<string, number>();

  const define = (name: string): string => {
    if (!name)
      throw new InvalidGraphError("A value of a graph needs a name; an empty one means an input left out.");
    if (defined.has(name))
      throw new InvalidGraphError(`The graph already has a value named "${name}"; choose another name.`);
    defined.add(name);
    return name;
  };
  const fresh = (opType: string): string => {
    let name: string;
    do {
      const count = counters.get(opType) ?? 0;
      counters.set(opType, count + 1);
      name = `${opType}_${count}`;
    } while (defined.has(name));
    return name;
  };
  const builder: GraphBuilder = {
    input(name, elemType, shape) {
      inputs.push({ name: define(name), elemType, shape: [...shape] });
      return name;
    },
    initializer(name, dims, elements, elemType) {
      const constant = tensor(name, dims, elements, elemType);
      define(name);
      initializers.push(constant);
      return name;
    },
    node(opType, from, attributes, { output, domain } = {}) {
      return builder.nodes(
        opType,
        from,
        [output ?? fresh(opType)],
        attributes,
        domain === undefined ? {} : { domain },
      )[0]!;
    },
    nodes(opType, from, to, attributes = {}, { domain = "" } = {}) {
      for (const name of from) {
        if (name && !defined.has(name)) {
          throw new InvalidGraphError(
            `${opType} reads "${name}", which no earlier input, initializer or node makes.`,
          );
        }
      }
      const names =
        typeof to === "number" ? Array.from({ length: to }, () => define(fresh(opType))) : to.map(define);
      nodes.push({
        name: `${opType}:${names[0] ?? nodes.length}`,
        opType,
        domain,
        inputs: [...from],
        outputs: names,
        attributes: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      });
      return [...names];
    },
    output(name, elemType, shape) {
      if (!defined.has(name))
        throw new InvalidGraphError(`Output "${name}" is made by no input, initializer or node.`);
      outputs.push({ name, elemType, shape: [...shape] });
      return name;
    },
    graph() {
      if (outputs.length === 0) throw new InvalidGraphError("The graph has no output; declare at least one.");
      return {
        name: options.name ?? "graph",
        nodes: [...nodes],
        initializers: [...initializers],
        inputs: [...inputs],
        outputs: [...outputs],
        values: [],
      };
    },
    build() {
      return {
        irVersion: options.irVersion ?? 8,
        opsets: { "": options.opset ?? 17, ...options.domains },
        producerName: options.producerName ?? "sightline",
        producerVersion: "",
        graph: builder.graph(),
        metadata: { ...options.metadata },
      };
    },
  };
  return builder;
}
