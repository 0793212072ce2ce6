import { defineConfig } from "tsup";
import { library, program } from "../../tsup.base.js";

// The library and the program start `dist/generator.js`, which lies beside them, as threads.
export default defineConfig([
  library,
  { ...program, clean: false, entry: { generator: "src/generate/generator.ts", cli: "src/cli.ts" } },
]);
