import type { Options } from "tsup";

/** A published library: ESM and CJS beside each other, each with its types. */
export const library: Options = {
  entry: ["src/index.ts"],
  format: ["esm", "cjs"],
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: false,
  target: "node20",
  shims: true,
};

/** A program: one ESM file that `node` runs, no types. */
export const program: Options = {
  format: ["esm"],
  dts: false,
  sourcemap: true,
  clean: true,
  splitting: false,
  target: "node20",
};
