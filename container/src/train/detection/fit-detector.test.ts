import { describe, expect, it } from "vitest";
import { type DetectionData, type DetectorFit, fitDetector } from "./fit-detector.js";
import { type DetectionSettings, parseDetectionHyperparameters } from "./hyperparameters.js";
import { allAnchors, planLevels } from "./levels.js";
import { matchAnchors } from "./match-anchors.js";

const levels = planLevels([
  { channels: 2, height: 3, width: 3 },
  { channels: 2, height: 1, width: 1 },
]);
const truth = [{ classId: 0, box: [0.1, 0.1, 0.5, 0.6], difficult: false }] as const;
const row = Float32Array.from({ length: 20 }, (_, i) => Math.sin(i));
const targets = matchAnchors(allAnchors(levels), truth);
const data: DetectionData = { levels, train: [[{ row, targets }]], validation: [{ row, truth }] };

function settings(given: Record<string, string> = {}): DetectionSettings {
  return parseDetectionHyperparameters({
    num_classes: "1",
    num_training_samples: "1",
    epochs: "3",
    ...given,
  });
}

async function run(
  given: DetectionData,
  signal?: AbortSignal,
  hyperparameters: Record<string, string> = {},
): Promise<DetectorFit> {
  const work = fitDetector(given, settings(hyperparameters), signal);
  for (;;) {
    const next = await work.next();
    if (next.done) return next.value;
  }
}

describe("fitDetector", () => {
  it.each([
    ["sgd", true],
    ["rmsprop", true],
    ["adam", false],
    ["adadelta", false],
  ])("draws weights towards 0 with %s: %s", async (optimizer, decays) => {
    // Weights are 0 before the first step: it takes a second one for decay to act.
    const four = { ...data, train: Array(4).fill(data.train[0]) };
    const each = { num_training_samples: "4", mini_batch_size: "1" };
    const heads = async (weight_decay: string) =>
      (await run(four, undefined, { optimizer, weight_decay, ...each })).best!.heads;
    const [weak, strong] = [await heads("0.000001"), await heads("0.5")];
    if (decays) expect(strong).not.toEqual(weak);
    else expect(strong).toEqual(weak);
  });

  it("stops early after `patience` epochs without a rise that counts", async () => {
    // A rise to twice as much is asked for, and there are not so many.
    const early = { early_stopping: "1", early_stopping_min_epochs: "1", early_stopping_patience: "2" };
    const { end, epochs } = await run(data, undefined, {
      ...early,
      early_stopping_tolerance: "1",
      epochs: "90",
    });
    expect(end).toBe("early-stopping");
    expect(epochs).toBeLessThan(90);
  });

  it.each(["train", "validation"] as const)(
    "hears of a stop from outside among the pictures of %s",
    async (part) => {
      const stop = new AbortController();
      const many = 50_000;
      let reads = 0;
      const read = <T>(value: T): T => {
        if (reads++ === 0) setImmediate(() => stop.abort());
        return value;
      };
      const taught = {
        row,
        get targets() {
          return read(targets);
        },
      };
      const judged = {
        truth,
        get row() {
          return read(row);
        },
      };
      const parts = {
        train: { train: Array(many).fill([taught]) },
        validation: { validation: Array(many).fill(judged) },
      };
      const batch = { num_training_samples: String(many), mini_batch_size: String(many) };
      const fit = await run({ ...data, ...parts[part] }, stop.signal, batch);
      expect(fit).toEqual({ end: "stopped", epochs: 0, best: undefined });
      expect(reads).toBeLessThan(many);
    },
  );
});
