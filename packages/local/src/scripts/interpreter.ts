import { AwsError } from "../errors.js";

/** What runs a script. */
export interface Interpreter {
  readonly language: "python" | "node" | "shell";
  /** Program and arguments before the script. */
  readonly command: readonly string[];
}

const NODE: Interpreter = { language: "node", command: [process.execPath] };

/** By the ends of scripts' names. */
const INTERPRETERS: Readonly<Record<string, Interpreter>> = {
  py: { language: "python", command: ["python3"] },
  js: NODE,
  cjs: NODE,
  mjs: NODE,
  ts: NODE,
  mts: NODE,
  sh: { language: "shell", command: ["bash"] },
};

/**
 * What runs a script, by the end of its name: Python, Node.js or a shell.
 *
 * @throws AwsError ValidationException for another end, and for TypeScript where this Node.js does not run it
 */
export function interpreterOf(script: string): Interpreter {
  const end = /\.([a-z]+)$/.exec(script)?.[1] ?? "";
  const found = Object.hasOwn(INTERPRETERS, end) ? INTERPRETERS[end]! : undefined;
  if (found === undefined) {
    throw new AwsError(
      "ValidationException",
      `The script "${script}" is run by nothing here: its name must end in ${Object.keys(INTERPRETERS).join(", ")}.`,
    );
  }
  if (!/^m?ts$/.test(end)) return found;
  const { features, version } = process as typeof process & { features: { typescript?: unknown } };
  // Node.js 22.18, 23.6 and later take types out of a script by themselves.
  if (features.typescript) return found;
  throw new AwsError(
    "ValidationException",
    `The script "${script}" needs Node.js 22.18 or later, which runs TypeScript; this is ${version}. Send JavaScript.`,
  );
}
