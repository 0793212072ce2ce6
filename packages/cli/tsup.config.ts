import { defineConfig } from "tsup";
import { program } from "../../tsup.base.js";

// Split: a command's code is loaded when it is asked for.
export default defineConfig({ ...program, splitting: true, entry: { cli: "src/cli.ts" } });
