// Vitest's settings for scripts/mutants.mjs: one file is read with one of its changes made.
import { defineConfig } from "vitest/config";
import { mutate } from "./mutate-source.mjs";
import { root } from "./workspace.mjs";

const { SIGHTLINE_MUTATED: file = "", SIGHTLINE_MUTANT: number = "" } = process.env;

export default defineConfig({
  root,
  plugins: [
    {
      name: "mutant",
      enforce: "pre",
      transform: (code, id) =>
        file !== "" && id.endsWith(file) ? mutate(code, Number(number)).text : undefined,
    },
  ],
  test: {
    include: ["packages/*/src/**/*.test.ts"],
    setupFiles: ["scripts/property-seed.ts"],
    pool: "threads",
    maxWorkers: 1,
    isolate: false,
    testTimeout: 60_000,
  },
});
