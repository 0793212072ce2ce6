import { defineConfig, type Options } from "tsup";
import { bundled, library } from "../../tsup.base.js";

const cdk = /^aws-cdk-lib(\/|$)/;

const makeRequire =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

const handlers = [
  ...["classify", "page", "remove-endpoint", "start-training"],
  ...["start-video", "finish-video", "long-video", "video-api", "video-page"],
];

/**
 * An ESM import of the CDK has Node.js read each of its exports, which loads all of its services: 540 ms of CPU. Required,
 * as the CommonJS build does, they load when they are used: 80 ms.
 */
const cdkByRequire: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "cdk-by-require",
  setup({ onResolve, onLoad, initialOptions }) {
    const namespace = "cdk";
    onResolve({ filter: cdk }, ({ path, kind }) =>
      initialOptions.format === "esm" && kind === "import-statement"
        ? { path, namespace }
        : { path, external: true },
    );
    onLoad({ filter: cdk, namespace }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

export default defineConfig([
  {
    ...library,
    clean: false,
    noExternal: [...bundled, cdk],
    esbuildPlugins: [cdkByRequire],
    banner: ({ format }) => (format === "esm" ? { js: makeRequire } : {}),
  },
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
    banner: { js: makeRequire },
  },
]);
