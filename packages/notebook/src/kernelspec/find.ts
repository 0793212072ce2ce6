import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { KernelError } from "../errors.js";
import { kernelProgram } from "../package-root.js";
import type { KernelCommand } from "../wire/kernel-process.js";
import { kernelFolders } from "./jupyter-paths.js";

/** Name under which this package's kernel is installed. */
export const ownKernelName = "sightline";

/** Kernel names that notebooks of stock tslab carry; this package's kernel runs them too. */
const tslabNames = new Map([
  [ownKernelName, []],
  ["tslab", []],
  ["jslab", ["--js"]],
]);

/**
 * Arguments that start this package's kernel. Node checks its books of asynchronous work at places that a cell which is
 * interrupted in a callback does not reach, and would abort.
 */
export function ownKernelArguments(extra: readonly string[] = []): string[] {
  const node = [process.execPath, "--no-force-async-hooks-checks"];
  return [...node, kernelProgram(), "--config-path", "{connection_file}", ...extra];
}

interface KernelSpec {
  readonly argv?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly interrupt_mode?: string;
}

/**
 * The command for a kernel name. This package's kernel needs no installation, and also runs notebooks made for
 * stock tslab unless `exact`; any other name is looked up among Jupyter's kernel specs.
 * @throws KernelError when there is no such kernel.
 */
export function findKernel(name: string, exact: boolean, env = process.env): KernelCommand {
  const own = name === ownKernelName || !exact ? tslabNames.get(name) : undefined;
  if (own !== undefined)
    return { name, argv: ownKernelArguments(own), interruptBy: "message", ownKernel: true };
  for (const folder of kernelFolders(env)) {
    const file = join(folder, name, "kernel.json");
    if (!existsSync(file)) continue;
    const spec = JSON.parse(readFileSync(file, "utf8")) as KernelSpec;
    if (!Array.isArray(spec.argv) || spec.argv.length === 0) {
      throw new KernelError(`The kernel spec ${file} has no "argv".`);
    }
    const interruptBy = spec.interrupt_mode === "message" ? "message" : "signal";
    return { name, argv: spec.argv.map(String), env: spec.env ?? {}, interruptBy, ownKernel: false };
  }
  throw new KernelError(
    `There is no kernel "${name}" on this machine. Installed: ${installedKernels(env).join(", ")}. ` +
      `Choose one with --kernel, or leave it to "${ownKernelName}" for TypeScript.`,
  );
}

/** Names of the kernels that can be run, this package's first. */
export function installedKernels(env = process.env): string[] {
  const names = new Set([ownKernelName]);
  for (const folder of kernelFolders(env)) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (existsSync(join(folder, name, "kernel.json"))) names.add(name);
    }
  }
  return [...names];
}
