import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** The quickstart as a process of its own, marked so that what it starts can be found. */
export interface RunningQuickstart {
  readonly child: ChildProcess;
  readonly finished: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Resolves when stderr matches. */
  saw(pattern: RegExp): Promise<void>;
  /** Processes that carry the mark and still run: process id and command line. */
  left(): string[];
}

export function startQuickstart(
  args: readonly string[],
  env: Record<string, string> = {},
): RunningQuickstart {
  const mark = `SIGHTLINE_TEST_MARK=${randomUUID()}`;
  const [name, value] = mark.split("=") as [string, string];
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...env, [name]: value },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
    for (const { pattern, resolve } of waiting) if (pattern.test(stderr)) resolve();
  });
  const finished = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  return {
    child,
    finished,
    saw: (pattern) =>
      new Promise((resolve, reject) => {
        if (pattern.test(stderr)) resolve();
        waiting.push({ pattern, resolve });
        void finished.then(() => reject(new Error(`ended before ${pattern}: ${stderr}`)));
      }),
    left: () => marked(mark),
  };
}

function marked(mark: string): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        // The environment of a zombie is empty: it has ended.
        if (!readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(mark)) return [];
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ")}`];
      } catch {
        // Gone, or somebody else's.
        return [];
      }
    });
}
