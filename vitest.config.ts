import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { assemblyForVite } from "./packages/recordio/build/assembly-plugin.js";

const places = "{packages/*,container,notebooks,examples/*,scripts}";

// Unit tests run on sources alone, without a build.
const sources = [
  { find: /^@sightline\/sdk\/lambda$/, replacement: at("packages/sdk/src/lambda/index.ts") },
  { find: /^@sightline\/([^/]+)$/, replacement: at("packages/$1/src/index.ts") },
];

function at(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        plugins: [assemblyForVite],
        resolve: { alias: sources },
        test: {
          name: "unit",
          include: [`${places}/src/**/*.test.ts`, "scripts/**/*.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        // Starts real servers, kernels, browsers and ffmpeg, from built packages. Files run side by side: each takes
        // free ports and folders of its own, and none measures time.
        plugins: [assemblyForVite],
        test: {
          name: "e2e",
          include: [`${places}/test/**/*.test.ts`],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
