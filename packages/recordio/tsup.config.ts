import { defineConfig } from "tsup";
import { library, program } from "../../tsup.base.js";

export default defineConfig([
  library,
  // The worker's program lies beside whatever starts it.
  {
    ...program,
    clean: false,
    entry: {
      "recordio-cli": "src/recordio-cli.ts",
      "im2rec-cli": "src/im2rec-cli.ts",
      "image-worker": "src/pack/image-worker.ts",
    },
  },
]);
