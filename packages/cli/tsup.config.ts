import { defineConfig } from "tsup";
import { bundled, program } from "../../tsup.base.js";

// Split: a command's code is loaded when it is asked for. The pictures that init draws come from a private package.
export default defineConfig({
  ...program,
  noExternal: [...bundled, "@sightline/samples"],
  splitting: true,
  entry: { cli: "src/cli.ts" },
});
