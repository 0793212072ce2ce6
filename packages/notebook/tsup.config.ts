import { defineConfig } from "tsup";
import { library } from "../../tsup.base.js";

export default defineConfig([
  library,
  { ...library, entry: { kernel: "src/kernel/main.ts" }, format: ["cjs"], clean: false },
  { ...library, entry: { cli: "src/cli/main.ts" }, format: ["esm"], clean: false, shims: false },
]);
