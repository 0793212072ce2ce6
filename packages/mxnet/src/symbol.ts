import { MalformedMxnetError } from "./errors.js";

/** An output of a node: which node, and which of its outputs. */
export interface SymbolEntry {
  /** Index of the node. */
  readonly node: number;
  /** Index of its output. */
  readonly output: number;
}

/** A node of a symbol. */
export interface SymbolNode {
  /** Operator as MXNet calls it; "null" is a variable: an input, a weight, or a state. */
  readonly op: string;
  /** Its name; a variable is fed or loaded by it. */
  readonly name: string;
  /** Settings as text, under MXNet's names; what is absent has MXNet's default. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What it takes, in the operator's order. */
  readonly inputs: readonly SymbolEntry[];
}

/** A network as `-symbol.json` describes it: nodes, each behind those whose outputs it takes. */
export interface MxnetSymbol {
  /** The nodes. */
  readonly nodes: readonly SymbolNode[];
  /** What the network gives. */
  readonly heads: readonly SymbolEntry[];
}

/** Nodes of one symbol: protects memory. The deepest built-in net has 1,700. */
const MOST_NODES = 100_000;

/**
 * Reads a `-symbol.json` of MXNet 1.x, with the settings of a node under `attrs`, `attr` or `param`, as its versions
 * have them.
 *
 * @throws {MalformedMxnetError} when the text is no such file, or a node takes what does not come before it
 */
export function readSymbol(text: string): MxnetSymbol {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new MalformedMxnetError(`The symbol file is no JSON: ${(cause as Error).message}`, { cause });
  }
  const { nodes, heads } = (json ?? {}) as { readonly nodes?: unknown; readonly heads?: unknown };
  if (!Array.isArray(nodes) || !Array.isArray(heads)) {
    throw new MalformedMxnetError(
      "The symbol file has no lists `nodes` and `heads`; it is no network of MXNet 1.x.",
    );
  }
  if (nodes.length > MOST_NODES) {
    throw new MalformedMxnetError(
      `The symbol file has ${nodes.length} nodes; at most ${MOST_NODES} make sense.`,
    );
  }
  if (heads.length === 0)
    throw new MalformedMxnetError("The symbol file names no head: the network gives nothing.");
  return { nodes: nodes.map(readNode), heads: heads.map((head) => readEntry(head, nodes.length, "A head")) };
}

function readNode(value: unknown, index: number): SymbolNode {
  const { op, name, inputs, attrs, attr, param } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof op !== "string" || typeof name !== "string" || !Array.isArray(inputs)) {
    throw new MalformedMxnetError(`Node ${index} of the symbol file lacks \`op\`, \`name\` or \`inputs\`.`);
  }
  const attributes = Object.assign(Object.create(null), param, attr, attrs) as Record<string, unknown>;
  for (const [key, setting] of Object.entries(attributes)) {
    if (typeof setting !== "string") {
      throw new MalformedMxnetError(`Setting ${key} of node "${name}" is no text in the symbol file.`);
    }
  }
  return {
    op,
    name,
    attributes: attributes as Record<string, string>,
    inputs: inputs.map((input) => readEntry(input, index, `Node "${name}"`)),
  };
}

/** `[node, output]` or `[node, output, version]`; only nodes before `limit` may be taken. */
function readEntry(value: unknown, limit: number, who: string): SymbolEntry {
  const [node, output] = Array.isArray(value) ? (value as unknown[]) : [];
  if (
    !Number.isInteger(node) ||
    !Number.isInteger(output) ||
    (node as number) < 0 ||
    (output as number) < 0
  ) {
    throw new MalformedMxnetError(`${who} takes ${JSON.stringify(value)}, which names no output of a node.`);
  }
  if ((node as number) >= limit) {
    throw new MalformedMxnetError(`${who} takes node ${node}, which does not come before it.`);
  }
  return { node: node as number, output: output as number };
}
