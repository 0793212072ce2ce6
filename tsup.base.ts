import type { Options } from "tsup";

/**
 * Private packages, bundled into their users: neither code nor declarations of a published package name them. Their
 * users list them as development dependencies.
 */
export const bundled = [/^@sightline\/(foundation|contract)(\/|$)/];

/** A published library: ESM and CJS beside each other. Its types come from scripts/declarations.mjs. */
export const library: Options = {
  entry: ["src/index.ts"],
  format: ["esm", "cjs"],
  noExternal: bundled,
  sourcemap: true,
  clean: true,
  splitting: false,
  target: "node20",
  shims: true,
};

/** A program: one ESM file that `node` runs, no types. */
export const program: Options = {
  format: ["esm"],
  noExternal: bundled,
  sourcemap: true,
  clean: true,
  splitting: false,
  target: "node20",
};
