import { defineConfig } from "tsup";
import { library } from "../../tsup.base.js";

export default defineConfig([
  library,
  { ...library, entry: { kernel: "src/kernel/main.ts" }, format: ["cjs"], dts: false, clean: false },
  { ...library, entry: { cli: "src/cli/main.ts" }, format: ["esm"], dts: false, clean: false, shims: false },
]);
