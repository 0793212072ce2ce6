import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import { CliError } from "../errors.js";

/** How a call of Docker's command line goes. */
export interface DockerOptions {
  /** Told each line of progress, from stdout and stderr; then nothing is returned. Default: nobody. */
  readonly onLine?: (line: string) => void;
  /** Written to its standard input, such as a password. */
  readonly input?: string;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** Last lines that a message has. */
const KEPT_LINES = 12;

/**
 * Calls `docker` and returns what it prints on stdout. Which engine answers is Docker's own affair: DOCKER_HOST, contexts.
 *
 * @throws CliError when there is no `docker`, or it fails; with what it said last
 */
export async function docker(args: readonly string[], options: DockerOptions = {}): Promise<string> {
  const { onLine, input = "", signal } = options;
  const child = spawn("docker", args, { stdio: ["pipe", "pipe", "pipe"], ...(signal && { signal }) });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  // A docker that ends without reading says why on stderr.
  child.stdin.on("error", () => undefined).end(input);
  const last: string[] = [];
  const hear = (line: string) => {
    if (line.trim() === "") return;
    onLine?.(line);
    last.push(line);
    if (last.length > KEPT_LINES) last.shift();
  };
  try {
    const [code, out] = await Promise.all([
      ended,
      onLine === undefined ? text(child.stdout) : hearLines(child.stdout, hear),
      hearLines(child.stderr, hear),
    ]);
    if (code === 0) return out.trim();
    throw new CliError(`docker ${args[0]} ended with status ${code}: ${last.join("\n")}`);
  } catch (error) {
    signal?.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new CliError("There is no docker on PATH; install Docker's engine and command line.", {
      cause: error,
    });
  }
}

async function hearLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<string> {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (piece: string) => {
    const parts = (rest + piece).split(/[\r\n]+/);
    rest = parts.pop() ?? "";
    for (const part of parts) onLine(part);
  });
  await finished(stream);
  onLine(rest);
  return "";
}
