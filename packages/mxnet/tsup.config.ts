import { defineConfig } from "tsup";
import { library, program } from "../../tsup.base.js";

export default defineConfig([library, { ...program, clean: false, entry: { cli: "src/cli.ts" } }]);
