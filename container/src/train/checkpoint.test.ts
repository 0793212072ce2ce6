import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { type FitState, initialFitState } from "./fit-head.js";
import { copyHead } from "./head.js";

let folder: string;
const skipped: string[] = [];
const onSkip = (message: string): void => void skipped.push(message);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
  skipped.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));

function state(epoch: number): FitState {
  const made = initialFitState(3, 5);
  made.epoch = epoch;
  made.step = epoch * 10;
  made.stale = 1;
  const score = { accuracy: 0.25, crossEntropy: 1.5 };
  made.history.push({ train: score, validation: { ...score, topKAccuracy: 0.75 } });
  made.head.weight.set(Array.from({ length: 15 }, (_, i) => Math.fround(Math.sin(i + epoch))));
  made.weightState.first.fill(0.25);
  made.biasState.second.fill(7);
  made.best = { head: copyHead(made.head), epoch: epoch - 1, accuracy: 0.5, crossEntropy: 1.25 };
  return made;
}

describe("checkpoints", () => {
  it("give the same state back", async () => {
    await saveCheckpoint(folder, state(4), "job");
    expect(await loadCheckpoint(folder, "job", onSkip)).toEqual(state(4));
  });

  it("are none in an empty or missing folder", async () => {
    expect(await loadCheckpoint(folder, "job", onSkip)).toBeUndefined();
    expect(await loadCheckpoint(join(folder, "missing"), "job", onSkip)).toBeUndefined();
  });

  it("are kept for the two newest epochs", async () => {
    for (const epoch of [1, 2, 10]) await saveCheckpoint(folder, state(epoch), "job");
    expect((await readdir(folder)).sort()).toEqual([
      "image-classification-0002.checkpoint",
      "image-classification-0010.checkpoint",
    ]);
    expect((await loadCheckpoint(folder, "job", onSkip))?.epoch).toBe(10);
  });

  it("of another job are passed over, with the reason", async () => {
    await saveCheckpoint(folder, state(1), "other job");
    expect(await loadCheckpoint(folder, "job", onSkip)).toBeUndefined();
    expect(skipped[0]).toMatch(/other data, backbone or hyperparameters/);
  });

  it("of another job that got further do not push out this job's", async () => {
    for (const epoch of [5, 6]) await saveCheckpoint(folder, state(epoch), "other job");
    for (const epoch of [1, 2, 3]) await saveCheckpoint(folder, state(epoch), "job");
    expect((await loadCheckpoint(folder, "job", onSkip))?.epoch).toBe(3);
    expect(await readdir(folder)).toHaveLength(4);
  });

  it("that are cut short give way to the one before", async () => {
    await saveCheckpoint(folder, state(1), "job");
    await truncate(await saveCheckpoint(folder, state(2), "job"), 300);
    expect((await loadCheckpoint(folder, "job", onSkip))?.epoch).toBe(1);
    expect(skipped[0]).toMatch(/damaged or cut short/);
  });

  it("are not trusted when one bit has changed", async () => {
    const path = await saveCheckpoint(folder, state(1), "job");
    const bytes = await readFile(path);
    bytes[200]! ^= 1;
    await writeFile(path, bytes);
    expect(await loadCheckpoint(folder, "job", onSkip)).toBeUndefined();
  });

  it("half-written by a killed run are removed", async () => {
    await writeFile(join(folder, ".image-classification-0003.checkpoint.77.partial"), "half");
    await loadCheckpoint(folder, "job", onSkip);
    expect(await readdir(folder)).toEqual([]);
  });
});
