import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startLocalSageMaker } from "@sightline/local";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type ParameterValue, runNotebook } from "../src/index.js";
import { load } from "./command.js";

const notebooks = fileURLToPath(new URL("../../../notebooks/", import.meta.url));
const tslab = join(dirname(createRequire(import.meta.url).resolve("tslab/package.json")), "bin", "tslab");
/** What is measured, not computed, and so is another in each run. */
const measured =
  /seconds|trainingJob|^model$|configName|modelName|archive|requests|answered|^framesPerSecond$|^recommended$| ms$/i;
const files = [
  "data.json",
  "endpoint.json",
  "evaluation.json",
  "video.json",
  "load-test.json",
  "detector.json",
];

describe("the notebooks in stock tslab", () => {
  const scratch = mkdtempSync(join(tmpdir(), "sightline-tslab-"));

  beforeAll(() => {
    mkdirSync(join(scratch, "kernels", "tslab"), { recursive: true });
    const argv = [process.execPath, realpathSync(tslab), "kernel", "--config-path", "{connection_file}"];
    const spec = { argv, display_name: "TypeScript", language: "typescript" };
    writeFileSync(join(scratch, "kernels", "tslab", "kernel.json"), JSON.stringify(spec));
    vi.stubEnv("JUPYTER_PATH", scratch);
  });

  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(scratch, { recursive: true, force: true });
  });

  /** Runs them all in a kernel, with a local SageMaker of its own; what their report cells say and their files hold. */
  async function runAll(kernel: string) {
    const folder = mkdtempSync(join(scratch, `${kernel}-`));
    // Stock tslab watches its folder and those above, and fails a cell or waits for ever when something appears there
    // while it compiles: all that is written goes into another.
    const cwd = join(folder, "cells");
    const made = join(folder, "made");
    for (const one of [cwd, made]) mkdirSync(one, { recursive: true });
    symlinkSync(join(notebooks, "node_modules"), join(cwd, "node_modules"));
    const local = await startLocalSageMaker({ stateDir: join(made, "state") });
    const said: Record<string, string[]> = {};
    const run = async (name: string, parameters: Readonly<Record<string, ParameterValue>>) => {
      const output = join(made, `${name}.ipynb`);
      const path = join(notebooks, `${name}.ipynb`);
      const options = {
        kernel,
        cwd,
        output,
        env: local.env,
        parameters: { work: "../made/out", ...parameters },
        cellTimeoutMs: 150_000,
      };
      const result = await runNotebook(path, options);
      const saved = load(output);
      // Stock tslab tells its errors as text on stderr.
      const errors = saved.cells.flatMap(({ outputs }) =>
        outputs.map((one) => ("name" in one && one.name === "stderr" ? one.text : "")),
      );
      const why = `${kernel}, ${name}: ${result.failure?.error.traceback.join("\n")}${errors.join("")}`;
      expect(result.status, why).toBe("ok");
      said[name] = saved.cells
        .filter(({ metadata }) => (metadata.tags as string[] | undefined)?.includes("report"))
        // A warning of the process lands in whichever cell happens to run: what a cell shows is compared, no stream.
        .flatMap(({ outputs }) =>
          outputs.flatMap((output) => ("data" in output ? [output.data["text/plain"]] : [])),
        )
        .filter((text) => !/ ms/.test(String(text)))
        .map((text) => String(text).replace(/\d+(\.\d+)? s\b/g, "- s"))
        .map((text) => text.replace(/((?:seconds|throughput) +)[\d.]+/g, "$1-").replace(/ {2,}/g, "  "));
    };
    try {
      await run("01-process-and-upload", {});
      await run("02-train-and-deploy", { epochs: 4 });
      await run("03-evaluate", {});
      await run("04-mark-up-video", { previewSeconds: 0.2 });
      await run("05-load-test", { steps: [1, 2], stepSeconds: 1 });
      await run("06-train-a-detector", { roads: 4, epochs: 4, confidence: 0.1 });
    } finally {
      await local.close();
    }
    const written = files.map((name) =>
      JSON.parse(readFileSync(join(made, "out", name), "utf8"), (key, value) =>
        measured.test(key) ? undefined : value,
      ),
    );
    return { said, written };
  }

  /**
   * Stock tslab watches every file and folder that its compiler looked for, far beyond its own. Where one changes while
   * another change waits a cell fails, with "Unexpected pending rebuildTimer" or with no word at all, or never ends:
   * beside other tests it gets more tries.
   */
  async function runAllInStock(tries = 3): Promise<Awaited<ReturnType<typeof runAll>>> {
    try {
      return await runAll("tslab");
    } catch (error) {
      if (tries === 1) throw error;
      return await runAllInStock(tries - 1);
    }
  }

  it("give the same results as in this kernel", { timeout: 1_200_000 }, async () => {
    const [own, stock] = await Promise.all([runAll("sightline"), runAllInStock()]);
    expect(stock).toEqual(own);
    expect(own.written[2].total).toBeGreaterThan(0);
    expect(Object.values(own.said).map((texts) => texts.length)).toEqual([3, 3, 3, 3, 0, 3]);
  });
});
