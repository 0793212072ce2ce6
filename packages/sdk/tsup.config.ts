import { defineConfig } from "tsup";
import { bundled, library } from "../../tsup.base.js";

export default defineConfig({
  ...library,
  entry: { index: "src/index.ts", lambda: "src/lambda/index.ts" },
  // p-limit ships ESM only; bundled, the CommonJS build needs no `require(esm)` (Node 20.9).
  noExternal: [...bundled, "p-limit"],
});
