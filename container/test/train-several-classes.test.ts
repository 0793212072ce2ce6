import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { classify } from "./support/invoke.js";
import { drawExamples, type Example, layOutJob, packExamples, removeJob } from "./support/job-folder.js";
import { startProgram } from "./support/program.js";
import { servers } from "./support/servers.js";

let root: string | undefined;
const { serve } = servers(() => ({ root: root!, env: {} }));
afterEach(() => removeJob(root));

/** A disc is round and closed, a square closed and straight, a triangle straight, stripes none of the three. */
const ATTRIBUTES = [
  [1, 1, 0],
  [0, 1, 1],
  [0, 0, 1],
  [0, 0, 0],
];

function several(examples: readonly Example[]): Uint8Array {
  return packExamples(examples.map(({ image, labels }) => ({ image, labels: ATTRIBUTES[labels[0]!]! })));
}

async function job(train: Uint8Array, validation: Uint8Array): Promise<string> {
  const hyperparameters = {
    num_classes: "3",
    num_training_samples: "120",
    multi_label: "1",
    use_weighted_loss: "1",
    epochs: "12",
  };
  return await layOutJob({ train, validation, labels: ["round", "closed", "straight"], hyperparameters });
}

describe("train with multi_label", () => {
  it("weighs the classes, and serve answers each class by itself", async () => {
    const held = await drawExamples(40, 7000);
    root = await job(several(await drawExamples(120, 1)), several(held));
    const program = startProgram("train", root);
    expect(await program.ended, program.output()).toBe(0);
    // Ninety of 120 pictures are not round, sixty are not closed.
    expect(program.output()).toContain("Loss weighted by class: 1.000 (class 1) to 3.000 (class 0).");
    const manifest = JSON.parse(await readFile(join(root, "model/manifest.json"), "utf8"));
    expect(manifest.activation).toBe("none");
    expect(manifest.training.validationAccuracy).toBeGreaterThan(0.85);
    const { classes } = JSON.parse(await readFile(join(root, "output/data/evaluation.json"), "utf8"));
    expect(classes[0].truePositives + classes[0].falseNegatives).toBe(10);

    const server = await serve();
    let right = 0;
    for (const { image, labels } of held) {
      const answer = await classify(server.url, image);
      right += ATTRIBUTES[labels[0]!]!.filter((there, c) => there === Number(answer[c]! >= 0.5)).length;
    }
    expect(right / 120).toBeCloseTo(manifest.training.validationAccuracy, 6);
  });

  it.each([
    [
      [0, 1],
      /record 0 .* has 2 labels; with multi_label=1 each picture needs a 0 or 1 for each of the 3 classes/,
    ],
    [[0, 1, 2], /has the label 2 for class 2; with multi_label=1 it must be 0 or 1/],
  ])("refuses the labels %j and says why", async (labels, reason) => {
    const [{ image }] = (await drawExamples(1, 1)) as [Example];
    const wrong = packExamples([{ image, labels }]);
    root = await job(wrong, wrong);
    const program = startProgram("train", root);
    expect(await program.ended).toBe(1);
    expect(await readFile(join(root, "output/failure"), "utf8")).toMatch(reason);
  });
});
