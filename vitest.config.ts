import { defineConfig } from "vitest/config";

const places = "{packages/*,container,notebooks,examples/*,scripts}";

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: [`${places}/src/**/*.test.ts`, "scripts/**/*.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        // Starts real servers, kernels, browsers and ffmpeg, from built packages.
        test: {
          name: "e2e",
          include: [`${places}/test/**/*.test.ts`],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
