import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** A program of the container, started as SageMaker starts it. */
export interface Program {
  readonly process: ChildProcess;
  /** Everything it has written on stdout and stderr so far. */
  output(): string;
  /** Resolves when the output matches; rejects when the program ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves to the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

/** Starts `dist/<name>.js` with the given root. */
export function startProgram(
  name: "train" | "serve" | "process",
  root: string,
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Program {
  const script = fileURLToPath(new URL(`../../dist/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], {
    env: {
      ...process.env,
      SIGHTLINE_ML_ROOT: root,
      SIGHTLINE_BIND_ADDRESS: "127.0.0.1",
      SAGEMAKER_BIND_TO_PORT: "0",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  return {
    process: child,
    output: () => text,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text);
          if (!match) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        void ended.then((code) =>
          reject(new Error(`${name} ended with ${code} before it said ${pattern}:\n${text}`)),
        );
      }),
    ended,
  };
}

/** Starts `serve` and waits until it answers; gives its base URL. */
export async function startServe(
  root: string,
  env: Record<string, string> = {},
): Promise<Program & { readonly url: string }> {
  const program = startProgram("serve", root, env);
  const [, port] = await program.says(/Listening on port (\d+)/);
  await program.says(/"message":"Ready"/);
  return { ...program, url: `http://127.0.0.1:${port}` };
}

/** Process ids of the children of a process, from /proc. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}
