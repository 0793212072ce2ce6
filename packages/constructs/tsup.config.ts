import { defineConfig } from "tsup";
import { library } from "../../tsup.base.js";

const handlers = [
  ...["classify", "page", "remove-endpoint", "start-training"],
  ...["start-video", "finish-video", "long-video", "video-api", "video-page"],
];

export default defineConfig([
  { ...library, clean: false },
  {
    // Each handler is one file with all that it needs: synthesis bundles nothing, and its bytes are the same everywhere.
    entry: Object.fromEntries(handlers.map((name) => [`handlers/${name}/index`, `src/handlers/${name}.ts`])),
    format: ["esm"],
    platform: "node",
    target: "node20",
    noExternal: [/.*/],
    minify: true,
    splitting: false,
    clean: false,
    outExtension: () => ({ js: ".mjs" }),
    // What the AWS SDK requires of Node.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  },
]);
