import { defineConfig } from "tsup";
import { library, program } from "../../tsup.base.js";

export default defineConfig([
  library,
  // Both run as programs of their own; `clean` is the library's, whose build runs beside this one.
  { ...program, clean: false, entry: { cli: "src/cli/main.ts", reaper: "src/process/reaper.ts" } },
]);
