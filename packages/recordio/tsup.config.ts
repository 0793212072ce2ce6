import { cp } from "node:fs/promises";
import { defineConfig } from "tsup";
import { assemblyForEsbuild } from "../../scripts/assembly-plugin.js";
import { library, program } from "../../tsup.base.js";

const esbuildPlugins = [assemblyForEsbuild];

export default defineConfig([
  {
    ...library,
    esbuildPlugins,
    async onSuccess() {
      const addon = "node_modules/@julusian/jpeg-turbo";
      await cp(`${addon}/prebuilds`, "dist/jpeg-turbo", { recursive: true, dereference: true });
      await cp(`${addon}/LICENSE`, "dist/jpeg-turbo/LICENSE");
    },
  },
  {
    ...program,
    esbuildPlugins,
    clean: false,
    // As CommonJS in one file Node.js starts them in two thirds of the time: what a command does not use, and the parts
    // of Node.js that only that uses, are never run.
    format: ["cjs"],
    shims: true,
    entry: {
      "recordio-cli": "src/recordio-cli.ts",
      "im2rec-cli": "src/im2rec-cli.ts",
      // Lies beside whatever starts it.
      "image-worker": "src/pack/image-worker.ts",
    },
  },
]);
