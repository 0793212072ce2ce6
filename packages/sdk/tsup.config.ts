import { defineConfig } from "tsup";
import { library } from "../../tsup.base.js";

// p-limit ships ESM only; bundled, the CommonJS build needs no `require(esm)` (Node 20.9).
export default defineConfig({ ...library, noExternal: ["p-limit"] });
