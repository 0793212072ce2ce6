import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { SHAPES } from "./support/draw-shapes.js";
import { drawExamples, layOutJob, packExamples, removeJob } from "./support/job-folder.js";
import { startProgram } from "./support/program.js";

let root: string | undefined;
afterEach(() => removeJob(root));

it("reports curves, what is taken for what, and the worst mistakes, also of epochs before a checkpoint", async () => {
  const examples = await drawExamples(40, 1);
  const held = await drawExamples(40, 5000);
  // Whatever is learnt, these are answered wrongly.
  const wrong = held.map((example, i) => (i < 8 ? { ...example, labels: [(i + 1) % 4] } : example));
  const given = (epochs: string) => ({ num_classes: "4", num_training_samples: "40", epochs });
  const files = { train: packExamples(examples), validation: packExamples(wrong), labels: SHAPES };
  root = await layOutJob({ ...files, hyperparameters: given("3"), checkpoints: true });
  const first = startProgram("train", root);
  expect(await first.ended, first.output()).toBe(0);
  await writeFile(join(root, "input/config/hyperparameters.json"), JSON.stringify(given("8")));
  const program = startProgram("train", root);
  expect(await program.ended, program.output()).toBe(0);

  const { history, worst, confusion } = JSON.parse(
    await readFile(join(root, "output/data/evaluation.json"), "utf8"),
  );
  expect(history).toHaveLength(8);
  const mistakes = confusion.flatMap((row: number[], label: number) =>
    row.filter((_, said) => said !== label),
  );
  const count = mistakes.reduce((a: number, b: number) => a + b, 0);
  expect(worst).toHaveLength(Math.min(20, count));
  expect(count).toBeGreaterThan(0);
  const html = await readFile(join(root, "output/data/report.html"), "utf8");
  expect(html.match(/<img /g)).toHaveLength(worst.length);
  expect(html).toContain(`record ${worst[0].record}<`);
  expect(html).not.toMatch(/<script|https?:|url\(|<link/);
  for (const name of SHAPES) expect(html).toContain(`<th>${name}</th>`);
});
