import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Notebook } from "../src/index.js";
import { parseNotebook } from "../src/notebook-file/read.js";

/** The command line as users start it. */
export const program = fileURLToPath(new URL("../bin/sightline-notebook.js", import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `sightline-notebook` with arguments. */
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
  return { child, ended, stderrSoFar: () => stderr };
}

/** Runs `sightline-notebook` to its end. */
export const run = (args: readonly string[], env?: Readonly<Record<string, string>>) =>
  start(args, env).ended;

/** A notebook file as it is now. */
export const load = (path: string): Notebook => parseNotebook(readFileSync(path, "utf8"), path);

/** What a cell printed. */
export function printed(notebook: Notebook, id: string): string {
  const cell = notebook.cells.find((one) => one.id === id);
  return (cell?.outputs ?? []).map((output) => (output.output_type === "stream" ? output.text : "")).join("");
}

/** Waits until something holds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  ms = 90_000,
): Promise<void> {
  for (const end = Date.now() + ms; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`Waited ${ms / 1_000} s in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Whether a process exists and is not just waiting to be collected. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true; // No /proc on this system: it exists, and that is all that can be known.
  }
}
