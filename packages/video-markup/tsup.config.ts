import { defineConfig } from "tsup";
import { library, program } from "../../tsup.base.js";

// The host and the command line are programs of their own beside the library:
// the library starts `dist/host.js` as a child process.
export default defineConfig([
  library,
  { ...program, clean: false, entry: { host: "src/inference/host.ts", cli: "src/cli.ts" } },
]);
