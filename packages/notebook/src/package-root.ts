import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** This package's folder; `src` and `dist` are both one step below it. */
export const packageRoot = fileURLToPath(new URL("..", import.meta.url));

/** This package's version. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")).version;
}

/** The program that Jupyter and the runner start as kernel. */
export const kernelProgram = join(packageRoot, "dist", "kernel.cjs");
