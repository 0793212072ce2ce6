import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRunning } from "@sightline/foundation/is-running";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { SHAPES } from "./support/draw-shapes.js";
import {
  drawExamples,
  type Example,
  type JobFiles,
  layOutJob,
  packExamples,
  removeJob,
} from "./support/job-folder.js";
import { childrenOf, startProgram } from "./support/program.js";
import { waitUntil } from "./support/wait-until.js";

const TRAIN = 120;
let examples: Example[];
let train: Uint8Array;
let validation: Uint8Array;
let root: string | undefined;

beforeAll(async () => {
  examples = await drawExamples(TRAIN, 1);
  train = packExamples(examples);
  validation = packExamples(await drawExamples(60, 5000));
});
afterEach(() => removeJob(root));

function job(hyperparameters: Record<string, string> = {}, files: Partial<JobFiles> = {}): Promise<string> {
  const given = {
    num_classes: String(SHAPES.length),
    num_training_samples: String(TRAIN),
    ...hyperparameters,
  };
  return layOutJob({ train, validation, labels: SHAPES, hyperparameters: given, ...files });
}

async function digest(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

describe("train", () => {
  it("learns drawn shapes with the built-in filter bank, and logs as the built-in algorithm does", async () => {
    root = await job({ epochs: "12", top_k: "2", num_layers: "18" });
    const program = startProgram("train", root);
    expect(await program.ended, program.output()).toBe(0);
    const log = program.output();
    // Regular expressions of the built-in algorithm's metric definitions.
    const last = [...log.matchAll(/Epoch\[\d+\] Validation-accuracy=(\d+\.\d+)/g)];
    expect(last).toHaveLength(12);
    expect(log).toMatch(/^\[\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d INFO \d+\] Epoch\[0\] Train-accuracy=\d\.\d+$/m);
    expect(log).toMatch(/Epoch\[0\] Time cost=\d+\.\d+/);
    expect(log).toMatch(/Epoch\[0\] Validation-top_k_accuracy_2=\d\.\d+/);
    expect(log).toMatch(/num_layers is accepted without effect/);

    const manifest = JSON.parse(await readFile(join(root, "model/manifest.json"), "utf8"));
    expect(manifest).toMatchObject({
      schemaVersion: 1,
      task: "image-classification",
      model: "model.onnx",
      labels: SHAPES,
    });
    expect(manifest.training.validationAccuracy).toBeGreaterThan(0.8);
    expect(Math.max(...last.map((match) => Number(match[1])))).toBeCloseTo(
      manifest.training.validationAccuracy,
      5,
    );
    expect((await readdir(join(root, "model"))).sort()).toEqual(["manifest.json", "model.onnx"]);
    const evaluation = JSON.parse(await readFile(join(root, "output/data/evaluation.json"), "utf8"));
    expect(evaluation.confusion.flat().reduce((a: number, b: number) => a + b)).toBe(60);
  });

  it("gives the same bytes again, on any number of processes, and when killed and started again", async () => {
    const digests: string[] = [];
    const settings = { epochs: "150", optimizer: "adam", learning_rate: "0.01" };
    root = await job(settings, { checkpoints: true });
    const killed = startProgram("train", root, { SIGHTLINE_WORKERS: "1" });
    await killed.says(/Epoch\[20\] Validation/);
    killed.process.kill("SIGKILL");
    expect(await killed.ended).toBe("SIGKILL");
    expect(await readdir(join(root, "model"))).toEqual([]);
    const resumed = startProgram("train", root, { SIGHTLINE_WORKERS: "3" });
    expect(await resumed.ended, resumed.output()).toBe(0);
    expect(resumed.output()).toMatch(/Resuming from a checkpoint after epoch \d\d/);
    expect(resumed.output()).not.toMatch(/Epoch\[1\]/);
    for (const name of ["model.onnx", "manifest.json"]) digests.push(await digest(join(root, "model", name)));
    await removeJob(root);

    root = await job(settings);
    const whole = startProgram("train", root);
    expect(await whole.ended, whole.output()).toBe(0);
    for (const name of ["model.onnx", "manifest.json"]) digests.push(await digest(join(root, "model", name)));
    expect(digests.slice(0, 2)).toEqual(digests.slice(2));
  });

  it("stops on SIGTERM with the best model so far saved", async () => {
    root = await job({ epochs: "100000" });
    const program = startProgram("train", root);
    await program.says(/Epoch\[5\] Validation/);
    program.process.kill("SIGTERM");
    expect(await program.ended, program.output()).toBe(0);
    expect(program.output()).toMatch(/Saved model/);
    const manifest = JSON.parse(await readFile(join(root, "model/manifest.json"), "utf8"));
    expect(manifest.training.epochs).toBeGreaterThan(5);
    expect(await digest(join(root, "model/model.onnx"))).toBe(manifest.training.modelSha256);
  });

  it("stops on SIGTERM before the first epoch without a model, a failure or a process left", async () => {
    const many = packExamples(Array.from({ length: 4000 }, (_, i) => examples[i % TRAIN]!));
    root = await job({ num_training_samples: "4000" }, { train: many });
    const program = startProgram("train", root);
    await program.says(/Backbone/);
    const children = await childrenOf(program.process.pid!);
    program.process.kill("SIGTERM");
    expect(await program.ended, program.output()).toBe(143);
    expect(await readdir(join(root, "model"))).toEqual([]);
    expect(await readdir(root)).not.toContain("output");
    expect(children.filter(isRunning)).toEqual([]);
  });

  it("leaves no inference process behind when it is killed", async () => {
    const many = packExamples(Array.from({ length: 4000 }, (_, i) => examples[i % TRAIN]!));
    root = await job({ num_training_samples: "4000" }, { train: many });
    const program = startProgram("train", root);
    await program.says(/Backbone/);
    let children: number[] = [];
    while (children.length === 0) children = await childrenOf(program.process.pid!);
    program.process.kill("SIGKILL");
    await program.ended;
    await waitUntil(() => !children.some(isRunning));
  });

  it("reads channels in Pipe mode, from FIFOs that appear after it has started", async () => {
    root = await layOutJob({
      hyperparameters: { num_classes: "4", num_training_samples: String(TRAIN), epochs: "3" },
    });
    const pipe = { ContentType: "application/x-recordio", TrainingInputMode: "Pipe" };
    await writeFile(
      join(root, "input/config/inputdataconfig.json"),
      JSON.stringify({ train: pipe, validation: pipe }),
    );
    const program = startProgram("train", root);
    await mkdir(join(root, "input/data"), { recursive: true });
    const written = [];
    for (const [name, data] of [
      ["train", train],
      ["validation", validation],
    ] as const) {
      const path = join(root, "input/data", `${name}_0`);
      execFileSync("sh", ["-c", 'mkfifo "$1"', "sh", path]);
      written.push(writeFile(path, data));
    }
    expect(await program.ended, program.output()).toBe(0);
    await Promise.all(written);
    expect(await readdir(join(root, "model"))).toContain("model.onnx");
  });

  it.each([["119"], ["121"], ["100000"]])(
    "trains on all pictures when num_training_samples says %s for 120, and warns, as AWS",
    async (said) => {
      root = await job({ num_training_samples: said, epochs: "1" });
      const program = startProgram("train", root);
      expect(await program.ended, program.output()).toBe(0);
      expect(program.output()).toContain(
        `Warning: num_training_samples is ${said}, but channel train holds 120 pictures; all 120 are used.`,
      );
      const manifest = JSON.parse(await readFile(join(root, "model/manifest.json"), "utf8"));
      expect(manifest.training.samples.train).toBe(120);
    },
  );

  it("trains on augmented copies", async () => {
    root = await job({ epochs: "6", augmentation_type: "crop_color_transform" });
    const program = startProgram("train", root);
    expect(await program.ended, program.output()).toBe(0);
    expect(
      JSON.parse(await readFile(join(root, "model/manifest.json"), "utf8")).training.validationAccuracy,
    ).toBeGreaterThan(0.6);
  });
});

describe("a job that cannot be trained", () => {
  const broken = (): Uint8Array =>
    packExamples(
      examples.map((example, i) => (i === 7 ? { ...example, image: Buffer.from("no image") } : example)),
    );
  const relabelled = (labels: readonly number[]): Uint8Array =>
    packExamples(examples.map((example, i) => (i === 7 ? { ...example, labels } : example)));

  it.each<[string, () => Promise<string>, RegExp]>([
    [
      "a hyperparameter out of range",
      () => job({ learning_rate: "3" }),
      /learning_rate must be a number of 0 to 1/,
    ],
    [
      "a broken image",
      () => job({}, { train: broken() }),
      /"train", record 7 \(id 7, byte \d+\): The image cannot be decoded/,
    ],
    [
      "a label that is no class",
      () => job({}, { train: relabelled([4]) }),
      /record 7 .* has the label 4, but labels must be whole numbers of 0 to 3/,
    ],
    [
      "a label that is no whole number",
      () => job({}, { validation: relabelled([0.5]) }),
      /"validation", record 7 .* label 0.5/,
    ],
    [
      "several labels for a picture",
      () => job({}, { train: relabelled([1, 2]) }),
      /has 2 labels; each picture needs exactly one/,
    ],
    [
      "no validation channel",
      () => layOutJob({ train, hyperparameters: { num_classes: "4", num_training_samples: "120" } }),
      /Channel "validation" is missing/,
    ],
    [
      "an empty file",
      () => job({}, { validation: new Uint8Array(0) }),
      /validation.rec is empty \(0 bytes\)/,
    ],
    [
      "a file that is no RecordIO",
      () => job({}, { train: Buffer.from("subject,classname,img\n") }),
      /"train" is not a readable RecordIO file/,
    ],
    [
      "a file cut short",
      () => job({}, { train: train.subarray(0, train.length - 10) }),
      /"train" is not a readable RecordIO file: .*byte \d+/,
    ],
    [
      "labels that do not fit",
      () => job({}, { labels: ["a"] }),
      /"labels" names 1 classes, but num_classes is 4/,
    ],
  ])("fails with the reason and no model: %s", async (_, make, reason) => {
    root = await make();
    const program = startProgram("train", root);
    expect(await program.ended).toBe(1);
    const failure = await readFile(join(root, "output/failure"), "utf8");
    expect(failure).toMatch(reason);
    expect(failure).toMatch(/^ClientError: /);
    expect(program.output()).toContain(failure);
    expect(await readdir(join(root, "model"))).toEqual([]);
  });

  it.each([
    ["model", /"model" .* is read by SageMaker's built-in image only/],
    ["train_lst", /"train_lst" .* is read by SageMaker's built-in image only/],
    ["backbon", /channels.backbon is not known. Did you mean "backbone"\?/],
  ])("fails rather than leave channel %s out in silence", async (name, reason) => {
    root = await job();
    const channel = { ContentType: "application/x-recordio" };
    await writeFile(
      join(root, "input/config/inputdataconfig.json"),
      JSON.stringify({ train: channel, validation: channel, [name]: {} }),
    );
    expect(await startProgram("train", root).ended).toBe(1);
    expect(await readFile(join(root, "output/failure"), "utf8")).toMatch(reason);
  });

  it("tells its reason, and no stack, where it cannot be written", async () => {
    root = await job({ learning_rate: "3" });
    await writeFile(join(root, "output"), "a file where the folder should be");
    const program = startProgram("train", root);
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(/ClientError: .*learning_rate/);
    expect(program.output()).toMatch(/Warning: the message could not be left in .*output\/failure/);
    expect(program.output()).not.toMatch(/^\s+at /m);
  });

  it("fails when a channel holds two .rec files", async () => {
    root = await job();
    await writeFile(join(root, "input/data/train/more.rec"), train);
    expect(await startProgram("train", root).ended).toBe(1);
    expect(await readFile(join(root, "output/failure"), "utf8")).toMatch(
      /exactly one .rec file; it holds 2: more.rec, train.rec/,
    );
  });
});
