import { defineConfig } from "tsup";
import { library } from "../../tsup.base.js";

export default defineConfig([
  library,
  {
    ...library,
    // A kernel is three threads.
    entry: {
      kernel: "src/kernel/main.ts",
      "kernel-compiler": "src/kernel/compiler/thread.ts",
      "kernel-control": "src/kernel/control/thread.ts",
    },
    format: ["cjs"],
    clean: false,
  },
  { ...library, entry: { cli: "src/cli/main.ts" }, format: ["esm"], clean: false, shims: false },
]);
