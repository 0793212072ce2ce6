import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeDetectionLabel } from "@sightline/recordio";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { numbers } from "./support/draw-shapes.js";
import { classify, refusal, send } from "./support/invoke.js";
import { type Example, layOutJob, packExamples, removeJob } from "./support/job-folder.js";
import { startProgram } from "./support/program.js";
import { servers } from "./support/servers.js";

type Row = [classId: number, score: number, left: number, top: number, right: number, bottom: number];
const LABELS = ["dark", "red"];
let root: string;
let judged: Scene[];
const { serve, shared } = servers(() => ({ root, env: { SIGHTLINE_WORKERS: "1" } }));

/** A grey picture with a dark and a red box somewhere. */
interface Scene extends Example {
  readonly boxes: readonly (readonly [number, number, number, number])[];
}

async function drawScene(seed: number): Promise<Scene> {
  const random = numbers(seed * 7919);
  for (let i = 0; i < 5; i++) random();
  const boxes = [0, 1].map((half) => {
    const [width, height] = [0.2 + 0.2 * random(), 0.2 + 0.2 * random()];
    const left = half / 2 + random() * (0.5 - width);
    const top = random() * (1 - height);
    return [left, top, left + width, top + height] as const;
  });
  const rects = boxes.map(([left, top, right, bottom], i) => {
    const fill = i === 0 ? "#222" : "#c33";
    return `<rect x="${left * 160}" y="${top * 120}" width="${(right - left) * 160}" height="${(bottom - top) * 120}" fill="${fill}"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120"><rect width="160" height="120" fill="#bbb"/>${rects.join("")}</svg>`;
  return {
    image: await sharp(Buffer.from(svg)).jpeg({ quality: 92 }).toBuffer(),
    labels: encodeDetectionLabel(boxes.map((xyxy, classId) => ({ classId, xyxy, extra: [] }))),
    boxes,
  };
}

/** Intersection over union. */
function overlap(one: readonly number[], other: readonly number[]): number {
  const side = (from: 0 | 1) =>
    Math.min(one[from + 2]!, other[from + 2]!) - Math.max(one[from]!, other[from]!);
  const area = (box: readonly number[]) => (box[2]! - box[0]!) * (box[3]! - box[1]!);
  const shared = Math.max(0, side(0)) * Math.max(0, side(1));
  return shared / (area(one) + area(other) - shared);
}

beforeAll(async () => {
  const scenes = await Promise.all(Array.from({ length: 48 }, (_, i) => drawScene(i + 1)));
  judged = scenes.slice(36);
  root = await layOutJob({
    train: packExamples(scenes.slice(0, 36)),
    validation: packExamples(judged),
    labels: LABELS,
    hyperparameters: {
      num_classes: "2",
      num_training_samples: "36",
      mini_batch_size: "6",
      epochs: "10",
      base_network: "resnet-50",
    },
  });
  const program = startProgram("train", root, {}, ["object-detection"]);
  expect(await program.ended, program.output()).toBe(0);
  await writeFile(join(root, "train.log"), program.output());
});
afterAll(() => removeJob(root));

describe("train object-detection", () => {
  it("learns boxes of two classes, and logs as the built-in algorithm does", async () => {
    const log = await readFile(join(root, "train.log"), "utf8");
    const scores = [
      ...log.matchAll(/#quality_metric: host=algo-1, epoch=\d+, validation mAP <score>=\((\d+\.\d+)\)/g),
    ].map((match) => Number(match[1]));
    expect(scores).toHaveLength(10);
    expect(log).toMatch(/#quality_metric: host=algo-1, epoch=0, batch=6 train smooth_l1 <loss>=\(\d+\.\d+\)/);
    expect(log).toMatch(/base_network is accepted without effect: the backbone is frozen/);
    const manifest = JSON.parse(await readFile(join(root, "model/manifest.json"), "utf8"));
    expect(manifest).toMatchObject({ task: "object-detection", labels: LABELS, output: "detection" });
    expect(manifest.training.validationMeanAveragePrecision).toBeCloseTo(Math.max(...scores), 5);
    expect(manifest.training.validationMeanAveragePrecision).toBeGreaterThan(0.65);
  });

  it("is served: pictures are answered with boxes as the built-in algorithm answers", async () => {
    const { url } = await shared();
    let right = 0;
    for (const { image, boxes } of judged) {
      const answer = (await (await send(url, image)).json()) as { prediction: Row[] };
      for (const [classId, wanted] of boxes.entries()) {
        const best = answer.prediction.find((row) => row[0] === classId)!;
        if (overlap(wanted, best.slice(2)) >= 0.5) right += 1;
      }
    }
    expect(right).toBeGreaterThan(0.65 * 2 * judged.length);
    const two = packExamples(judged.slice(0, 2));
    const headers = { "content-type": "application/x-recordio", accept: "application/jsonlines" };
    const lines = (await (await send(url, two, headers)).text()).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).prediction.length > 0)).toEqual([true, true]);
    expect(await refusal(await send(url, new Uint8Array([1, 2, 3])))).toEqual([400, "UnreadableImage"]);
    const job = await send(url, Buffer.from("{}"), { "content-type": "application/json" });
    expect((await refusal(job))[0]).toBe(400);
  });

  it("stops on SIGTERM with the best model so far saved", async () => {
    const folder = await layOutJob({
      train: packExamples(judged.slice(0, 4)),
      validation: packExamples(judged.slice(4, 6)),
      hyperparameters: {
        num_classes: "2",
        num_training_samples: "4",
        mini_batch_size: "2",
        epochs: "100000",
      },
    });
    try {
      const program = startProgram("train", folder, {}, ["object-detection"]);
      await program.says(/epoch=1, validation mAP/);
      program.process.kill("SIGTERM");
      expect(await program.ended, program.output()).toBe(0);
      const [, epochs] = /Stopped in epoch (\d+); keeping the best/.exec(program.output())!;
      const { training } = JSON.parse(await readFile(join(folder, "model/manifest.json"), "utf8"));
      expect(training.epochs).toBe(Number(epochs));
      expect(training.bestEpoch).toBeLessThan(training.epochs);
      expect(await readdir(join(folder, "model"))).toEqual(["manifest.json", "model.onnx"]);
      expect(await readdir(folder)).not.toContain("output");
    } finally {
      await removeJob(folder);
    }
  });

  it.each([
    ["labels of the classification", [1], /record 0 \(id 0, byte 0\) has no boxes/],
    ["a box in pixels", [2, 5, 0, 10, 10, 50, 50], /box 0, is 10 10 50 50; left, top, right and bottom must/],
    ["pictures without any box", [2, 5], /Channel "train" has no box at all/],
  ])("refuses %s", async (_, labels, words) => {
    const train = packExamples([{ image: judged[0]!.image, labels }]);
    const folder = await layOutJob({
      train,
      validation: packExamples(judged.slice(0, 1)),
      hyperparameters: { num_classes: "2", num_training_samples: "1", task: "object-detection" },
    });
    try {
      const program = startProgram("train", folder);
      expect(await program.ended).toBe(1);
      expect(await readFile(join(folder, "output/failure"), "utf8")).toMatch(words);
    } finally {
      await removeJob(folder);
    }
  });

  it.each([
    [["image-classification"], /Hyperparameter task is not known/],
    [["object-detektion"], /train takes one argument, .* not "object-detektion"/],
    [["image-classification", "object-detection"], /not "image-classification object-detection"/],
  ])("trains what its argument %j says, whatever the task, or refuses it", async (args, reason) => {
    const folder = await layOutJob({ hyperparameters: { task: "object-detection" } });
    try {
      expect(await startProgram("train", folder, {}, args).ended).toBe(1);
      expect(await readFile(join(folder, "output/failure"), "utf8")).toMatch(reason);
    } finally {
      await removeJob(folder);
    }
  });
});

describe("serve, a built-in algorithm's model.tar.gz as it is", () => {
  const fixtures = fileURLToPath(new URL("../../packages/mxnet/test/fixtures", import.meta.url));
  const lay = async (files: Record<string, string>, texts: Record<string, string>): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
    await mkdir(join(folder, "model"));
    for (const [to, from] of Object.entries(files)) await cp(join(fixtures, from), join(folder, "model", to));
    for (const [to, text] of Object.entries(texts)) await writeFile(join(folder, "model", to), text);
    return folder;
  };

  it("converts a classifier once, and answers its probabilities", async () => {
    const folder = await lay(
      {
        "image-classification-symbol.json": "classifier-symbol.json",
        "image-classification-0003.params": "classifier-0000.params",
      },
      {
        "model-shapes.json": '[{"shape":[8,3,20,15],"name":"data"}]',
        "labels.json": '["a","b","c","d","e"]',
      },
    );
    try {
      const first = await serve({}, folder);
      expect(first.output()).toContain("Converted the built-in image-classification model of 5 classes");
      const answer = await classify(first.url, judged[0]!.image);
      expect(answer.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect((await readdir(join(folder, "model"))).sort()).toContain("manifest.json");
      const second = await serve({}, folder);
      expect(second.output()).not.toContain("Converted");
      expect(await classify(second.url, judged[0]!.image)).toEqual(answer);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("converts a detector, and answers its boxes", async () => {
    const folder = await lay(
      {
        "model_algo_1-symbol.json": "detector-symbol.json",
        "model_algo_1-0000.params": "detector-0000.params",
      },
      { "hyperparams.json": '{"num_classes":"3","image_shape":"64"}' },
    );
    try {
      const { url } = await serve({}, folder);
      const { prediction } = (await (await send(url, judged[0]!.image)).json()) as { prediction: Row[] };
      expect(prediction.length).toBeGreaterThan(0);
      for (const [classId, score] of prediction) expect([classId < 3, score >= 0.01]).toEqual([true, true]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("says what is missing", async () => {
    const folder = await lay({ "model_algo_1-symbol.json": "detector-symbol.json" }, {});
    try {
      const program = startProgram("serve", folder);
      expect(await program.ended).toBe(1);
      expect(program.output()).toContain(
        "The built-in algorithm's model cannot be converted: There is no model_algo_1-NNNN.params",
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
