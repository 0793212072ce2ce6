import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledWithout } from "@sightline/foundation/bundled-without";
import { KernelError } from "./errors.js";

/** This package's folder; `src` and `dist` are both one step below it. */
export const packageRoot = fileURLToPath(new URL("..", import.meta.url));

/** This package's version. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")).version;
}

/**
 * The program that Jupyter and the runner start as kernel.
 *
 * @throws KernelError when a bundle holds this package without it
 */
export function kernelProgram(): string {
  const program = join(packageRoot, "dist", "kernel.cjs");
  if (!existsSync(program)) throw new KernelError(bundledWithout("@sightline/notebook", program));
  return program;
}
