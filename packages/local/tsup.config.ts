import { defineConfig } from "tsup";
import { assemblyForEsbuild } from "../../scripts/assembly-plugin.js";
import { library, program } from "../../tsup.base.js";

const esbuildPlugins = [assemblyForEsbuild];

// The builds run side by side into one folder, so neither may clean it.
export default defineConfig([
  { ...library, esbuildPlugins, clean: false },
  // They run as programs of their own.
  {
    ...program,
    esbuildPlugins,
    clean: false,
    entry: {
      cli: "src/cli/main.ts",
      reaper: "src/process/reaper.ts",
      "run-script": "src/scripts/run-script.ts",
    },
  },
]);
