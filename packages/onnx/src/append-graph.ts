import { InvalidGraphError } from "./errors.js";
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from "./model.js";

/** How the second graph is tied to the first. */
export interface AppendGraphOptions {
  /** Inputs of the added graph -> values of the model (its outputs or inner values) that feed them. */
  readonly connect: Readonly<Record<string, string>>;
  /** Put before every name of the added graph except its outputs. Default "head/". */
  readonly prefix?: string;
  /** Outputs of the model that stay outputs. Default none. */
  readonly keepOutputs?: readonly string[];
  /** Leave out operators and weights that no output needs any more. Default true. */
  readonly prune?: boolean;
}

/**
 * Puts a second graph behind a model: backbone + head, or model + postprocessing. The result's outputs are those
 * kept of the model, then those of the added graph, which keep their names; inputs of the added graph that are not
 * connected become inputs. Metadata is the model's, then the added one's.
 *
 * @throws InvalidGraphError when a name is unknown or taken, or the operator set versions differ.
 */
export function appendGraph(model: OnnxModel, added: OnnxModel, options: AppendGraphOptions): OnnxModel {
  for (const [domain, version] of Object.entries(added.opsets)) {
    const own = model.opsets[domain];
    if (own !== undefined && own !== version) {
      throw new InvalidGraphError(
        `The model uses version ${own} of the operator set "${domain || "ai.onnx"}" and the added graph version ${version}. Build the added graph with version ${own}.`,
      );
    }
  }
  const prefix = options.prefix ?? "head/";
  const first = model.graph;
  const second = added.graph;
  const taken = valueNames(first);
  const rename = new Map<string, string>();
  for (const [input, source] of Object.entries(options.connect)) {
    if (!second.inputs.some(({ name }) => name === input)) {
      throw new InvalidGraphError(`The added graph has no input "${input}"; it has ${list(second.inputs)}.`);
    }
    if (!taken.has(source)) {
      throw new InvalidGraphError(
        `The model has no value "${source}"; its outputs are ${list(first.outputs)}.`,
      );
    }
    rename.set(input, source);
  }
  const outputs = new Set(second.outputs.map(({ name }) => name));
  for (const name of valueNames(second)) {
    if (rename.has(name)) continue;
    const renamed = outputs.has(name) ? name : prefix + name;
    if (taken.has(renamed)) {
      throw new InvalidGraphError(
        `Both graphs have a value "${renamed}"; choose another prefix or output name.`,
      );
    }
    rename.set(name, renamed);
  }
  const kept = (options.keepOutputs ?? []).map((name) => {
    const output = first.outputs.find((value) => value.name === name);
    if (!output)
      throw new InvalidGraphError(
        `The model has no output "${name}" to keep; it has ${list(first.outputs)}.`,
      );
    return output;
  });
  const moved = renameGraph(second, rename, prefix);
  const graph: OnnxGraph = {
    ...first,
    nodes: [...first.nodes, ...moved.nodes],
    initializers: [...first.initializers, ...moved.initializers],
    inputs: [
      ...first.inputs,
      ...moved.inputs.filter((_, i) => !Object.hasOwn(options.connect, second.inputs[i]!.name)),
    ],
    outputs: [...kept, ...moved.outputs],
    values: [...first.values, ...moved.values],
  };
  return {
    ...model,
    irVersion: Math.max(model.irVersion, added.irVersion),
    opsets: { ...added.opsets, ...model.opsets },
    graph: options.prune === false ? graph : pruneGraph(graph),
    metadata: { ...model.metadata, ...added.metadata },
  };
}

/** Leaves out operators, weights and type entries that none of the graph's outputs needs. Inputs stay. */
export function pruneGraph(graph: OnnxGraph): OnnxGraph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: OnnxNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    nodes.push(node);
    for (const name of node.inputs) needed.add(name);
    for (const inner of innerGraphs(node.attributes)) for (const name of outerNames(inner)) needed.add(name);
  }
  return {
    ...graph,
    nodes: nodes.reverse(),
    initializers: graph.initializers.filter(({ name }) => needed.has(name)),
    values: graph.values.filter(({ name }) => needed.has(name)),
  };
}

function valueNames(graph: OnnxGraph): Set<string> {
  const names = new Set<string>();
  for (const { name } of [...graph.inputs, ...graph.initializers]) names.add(name);
  for (const node of graph.nodes) for (const name of node.outputs) if (name) names.add(name);
  return names;
}

function renameGraph(graph: OnnxGraph, names: ReadonlyMap<string, string>, prefix: string): OnnxGraph {
  const to = (name: string): string => names.get(name) ?? name;
  const value = (item: OnnxValue): OnnxValue => ({ ...item, name: to(item.name) });
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      name: node.name && prefix + node.name,
      inputs: node.inputs.map(to),
      outputs: node.outputs.map(to),
      attributes: node.attributes.map((attribute) => renameAttribute(attribute, names, prefix)),
    })),
    initializers: graph.initializers.map((item) => ({ ...item, name: to(item.name) })),
    inputs: graph.inputs.map(value),
    outputs: graph.outputs.map(value),
    values: graph.values.map(value),
  };
}

/** Bodies of If, Loop and Scan may read values of the graph around them. */
function renameAttribute(
  attribute: OnnxAttribute,
  names: ReadonlyMap<string, string>,
  prefix: string,
): OnnxAttribute {
  const inner = (graph: OnnxGraph): OnnxGraph => {
    const own = valueNames(graph);
    return renameGraph(graph, new Map([...names].filter(([name]) => !own.has(name))), prefix);
  };
  if (attribute.type === "graph") return { ...attribute, value: inner(attribute.value) };
  if (attribute.type === "graphs") return { ...attribute, value: attribute.value.map(inner) };
  return attribute;
}

function innerGraphs(attributes: readonly OnnxAttribute[]): OnnxGraph[] {
  return attributes.flatMap((attribute) =>
    attribute.type === "graph" ? [attribute.value] : attribute.type === "graphs" ? [...attribute.value] : [],
  );
}

/** Names that a body reads but does not define itself. */
function outerNames(graph: OnnxGraph): string[] {
  const own = valueNames(graph);
  const read = graph.nodes.flatMap((node) => [
    ...node.inputs,
    ...innerGraphs(node.attributes).flatMap(outerNames),
  ]);
  return [...read, ...graph.outputs.map(({ name }) => name)].filter((name) => !own.has(name));
}

function list(values: readonly { readonly name: string }[]): string {
  return values.map(({ name }) => `"${name}"`).join(", ") || "none";
}
