import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ParameterValue, type RunResult, runNotebook } from "../src/index.js";

const notebooks = fileURLToPath(new URL("../../../notebooks/", import.meta.url));
const data =
  process.env.SIGHTLINE_DATA ?? fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const inData = (path: string) => join(data, path);
const backbone = inData("models/squeezenet1.1_fp32_features.onnx");
const drivers = {
  dataset: inData("images/statefarm-80x60"),
  labels: inData("seed-dsba/csv_files/driver_imgs_list.csv"),
};
const photographs = inData("images/customvision-mit");
const video = inData("videos/pothole_closeup_640x360_25fps_aac.mp4");
const detector = inData("models/pothole_yolov8n_320_int8.onnx");
const missing = [backbone, drivers.dataset, drivers.labels, photographs, video, detector].filter(
  (path) => !existsSync(path),
);
if (missing.length > 0)
  process.stderr.write(`The notebooks are not tried on real data: there is no ${missing.join(", ")}.\n`);

describe("the notebooks, headlessly against local SageMaker", () => {
  const scratch = mkdtempSync(join(tmpdir(), "sightline-notebooks-"));
  let local: LocalSageMaker;

  beforeAll(async () => {
    local = await startLocalSageMaker({ stateDir: join(scratch, "state") });
  });

  afterAll(async () => {
    await local?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  /** Runs one; an error in it is the test's. */
  async function run(
    name: string,
    work: string,
    parameters: Readonly<Record<string, ParameterValue>> = {},
  ): Promise<RunResult> {
    const result = await runNotebook(join(notebooks, `${name}.ipynb`), {
      output: join(scratch, work, "executed", `${name}.ipynb`),
      parameters: { work: join(scratch, work), ...parameters },
      env: local.env,
    });
    expect(result.status, result.failure?.error.traceback.join("\n")).toBe("ok");
    const seconds = result.cells.reduce((all, cell) => all + cell.seconds, 0);
    process.stderr.write(`${work}: ${name} ${seconds.toFixed(1)} s\n`);
    return result;
  }
  const written = (work: string, file: string) => JSON.parse(readFileSync(join(scratch, work, file), "utf8"));

  /** Notebooks 01 to 03; what 03 wrote. */
  async function classify(
    work: string,
    process: Readonly<Record<string, ParameterValue>>,
    train: Readonly<Record<string, ParameterValue>>,
  ) {
    await run("01-process-and-upload", work, { bucket: work, ...process });
    await run("02-train-and-deploy", work, { endpointName: work, ...train });
    const said = readFileSync(join(scratch, work, "executed", "02-train-and-deploy.ipynb"), "utf8");
    expect(said).toMatch(/Training: 1 x ml\.p3\.2xlarge: /);
    expect(said).toMatch(/Endpoint: 1 x ml\.m5\.xlarge: /);
    await run("03-evaluate", work);
    const evaluation = written(work, "evaluation.json");
    const rows = readFileSync(join(scratch, work, "submission.csv"), "utf8")
      .trim()
      .split("\n");
    for (const row of rows.slice(1)) {
      const sum = row
        .split(",")
        .slice(1)
        .reduce((all, value) => all + Number(value), 0);
      expect(sum).toBeCloseTo(1, 4);
    }
    expect(rows[0]).toBe(["img", ...evaluation.labels].join(","));
    return { ...evaluation, rows: rows.length - 1 };
  }

  it("01 to 03 and 05 on synthetic pictures, and what each wrote down is of one piece", async () => {
    const evaluation = await classify("synthetic", {}, { epochs: 15 });
    const summary = written("synthetic", "data.json");
    expect(summary).toMatchObject({ synthetic: true, split: "group", leak: { random: 1, group: 0 } });
    const subjects = Object.values<{ subjects: string[] }>(summary.parts).flatMap((part) => part.subjects);
    expect(subjects).toHaveLength(8);
    expect(new Set(subjects).size).toBe(8);
    for (const part of ["train", "validation", "test"]) {
      const counts = Object.values<number>(summary.parts[part].classes);
      expect(counts.reduce((all, count) => all + count)).toBe(summary.pictures[part]);
    }
    const { curve } = written("synthetic", "endpoint.json");
    expect(curve.map(({ epoch }: { epoch: number }) => epoch)).toEqual(
      Array.from({ length: 15 }, (_, epoch) => epoch),
    );
    expect(curve.at(-1).trainAccuracy).toBeGreaterThan(0.9);
    expect(evaluation.total).toBe(summary.pictures.test);
    expect(evaluation.accuracy).toBeGreaterThan(0.4);
    const diagonal = evaluation.matrix.map((row: number[], id: number) => row[id]);
    expect(diagonal.reduce((all: number, count: number) => all + count)).toBe(evaluation.correct);
    expect(evaluation.rows).toBe(40);
    for (const { picture, predicted, probabilities } of evaluation.examples) {
      expect(readFileSync(join(scratch, "synthetic", picture)).subarray(0, 2)).toEqual(
        Buffer.from([0xff, 0xd8]),
      );
      expect(probabilities[predicted]).toBe(Math.max(...Object.values<number>(probabilities)));
    }

    await run("05-load-test", "synthetic", { stepSeconds: 1, steps: [1, 2] });
    const { steps, recommended } = written("synthetic", "load-test.json");
    expect(steps.map(({ failures }: { failures: number }) => failures)).toEqual([0, 0]);
    expect(recommended).toBeGreaterThan(0);
  });

  it("04 on a synthetic road, whose potholes it finds", async () => {
    await run("04-mark-up-video", "road", { bucket: "road", endpointName: "road", previewSeconds: 0.2 });
    const { groundTruth, ...figures } = written("road", "video.json");
    expect(figures).toMatchObject({ synthetic: true, frames: 200, durationSeconds: 8 });
    expect(statSync(figures.output).size).toBeGreaterThan(100_000);
    expect(groundTruth.recall).toBeGreaterThan(0.9);
    expect(groundTruth.precision).toBeGreaterThan(0.9);
  });

  it("06 on pictures of synthetic roads, whose potholes it learns", async () => {
    await run("06-train-a-detector", "boxes", { bucket: "boxes", roads: 4, epochs: 4, confidence: 0.1 });
    const { groundTruth, ...figures } = written("boxes", "detector.json");
    expect(figures).toMatchObject({ synthetic: true, classes: ["pothole"], frames: 200 });
    expect(figures.meanAveragePrecision).toBeGreaterThan(0.3);
    expect(groundTruth.recall).toBeGreaterThan(0.3);
  });

  describe.skipIf(missing.length > 0)("on real data", () => {
    const transfer = { backbone, epochs: 12 };

    it("01 to 03: a random split of drivers looks better than a split by driver", async () => {
      const sample = { ...drivers, sampleFraction: 0.25 };
      const random = await classify("drivers-random", { ...sample, split: "random" }, transfer);
      const group = await classify("drivers-group", { ...sample, split: "group" }, transfer);
      process.stderr.write(`drivers, 25 %: random ${random.accuracy}, by driver ${group.accuracy}\n`);
      expect(random.accuracy).toBeGreaterThan(0.6);
      expect(group.accuracy).toBeGreaterThan(0.2);
      expect(random.accuracy - group.accuracy).toBeGreaterThan(0.15);
    });

    it("01 to 03: at least 19 of 20 held-out photographs", async () => {
      const thirds = { split: "stratified", validationShare: 0.1, testShare: 1 / 3 };
      // The backbone's own size: 224 x 224.
      const { correct, total, rows } = await classify(
        "photographs",
        { dataset: photographs, shortEdge: 224, ...thirds },
        transfer,
      );
      expect(total).toBe(20);
      expect(correct).toBeGreaterThanOrEqual(19);
      expect(rows).toBe(20);
    });

    it("04: a video of potholes and a YOLOv8 detector", async () => {
      const own = { bucket: "potholes", endpointName: "potholes", previewSeconds: 0.2 };
      const clip = join(scratch, "potholes.mp4");
      const ffmpeg = process.env.FFMPEG_PATH || "ffmpeg";
      execFileSync(ffmpeg, ["-v", "error", "-t", "4", "-i", video, "-c", "copy", clip]);
      await run("04-mark-up-video", "potholes", { video: clip, model: detector, ...own });
      const figures = written("potholes", "video.json");
      expect(figures).toMatchObject({ synthetic: false, frames: 101 });
      expect(figures.framesWithDetections / figures.frames).toBeGreaterThan(0.6);
      expect(figures.groundTruth).toBeUndefined();
    });
  });
});
