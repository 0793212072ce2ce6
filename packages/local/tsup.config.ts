import { defineConfig } from "tsup";
import { library, program } from "../../tsup.base.js";

// The builds run side by side into one folder, so neither may clean it.
export default defineConfig([
  { ...library, clean: false },
  // They run as programs of their own.
  {
    ...program,
    clean: false,
    entry: {
      cli: "src/cli/main.ts",
      reaper: "src/process/reaper.ts",
      "run-script": "src/scripts/run-script.ts",
    },
  },
]);
