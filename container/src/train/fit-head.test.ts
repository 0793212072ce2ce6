import { describe, expect, it } from "vitest";
import { answersOf, classWeights } from "./choose-answers.js";
import type { FitEnd } from "./early-stopping.js";
import type { FeatureSet } from "./feature-set.js";
import { type EpochResult, type FitState, fitHead, initialFitState, learningRateAt } from "./fit-head.js";
import { logits } from "./head.js";
import { type Hyperparameters, parseHyperparameters } from "./hyperparameters.js";
import { seededRandom } from "./random.js";

/** Three classes around three corners, with as much noise as is asked for. */
function corners(count: number, noise: number, seed = 1, views = 1): FeatureSet {
  const random = seededRandom(seed);
  const width = 4;
  const labels = Array.from({ length: count }, (_, i) => [i % 3]);
  const values = new Float32Array(count * views * width);
  for (let i = 0; i < values.length; i++) {
    const [label] = labels[Math.floor(i / (width * views))]!;
    values[i] = (i % width === label ? 3 : 0) + (random() + random() - 1) * noise;
  }
  return { count, width, views, values, labels, sha256: "" };
}

/** The first class five times as frequent as the others together. */
function uneven(): FeatureSet {
  const set = corners(6, 2);
  return { ...set, labels: [[0], [0], [0], [0], [0], [2]] };
}

/** Pictures with none, one and all of the classes. */
function several(): FeatureSet {
  return { ...corners(6, 2), labels: [[], [0], [0, 1], [0, 1, 2], [0], [1]] };
}

function options(given: Record<string, string> = {}): Hyperparameters {
  return parseHyperparameters({ num_classes: "3", num_training_samples: "90", epochs: "8", ...given });
}

async function run(
  state: FitState,
  hyperparameters: Hyperparameters,
  { train = corners(90, 1), validation = corners(30, 1, 2), signal = new AbortController().signal } = {},
): Promise<{ epochs: EpochResult[]; end: FitEnd }> {
  const epochs: EpochResult[] = [];
  const answers = answersOf(hyperparameters, train, () => {});
  const work = fitHead(state, train, validation, { hyperparameters, answers, signal });
  for (;;) {
    const next = await work.next();
    if (next.done) return { epochs, end: next.value };
    epochs.push(next.value);
  }
}

describe("fitHead", () => {
  it.each(["sgd", "nag", "adam", "rmsprop"])("separates separable classes with %s", async (optimizer) => {
    const { epochs } = await run(initialFitState(3, 4), options({ optimizer }));
    expect(epochs.at(-1)!.validation.accuracy).toBe(1);
    expect(epochs.at(-1)!.train.crossEntropy).toBeLessThan(epochs[0]!.train.crossEntropy);
  });

  it.each<[string, Record<string, string>, FeatureSet]>([
    ["one class a picture", {}, corners(6, 2)],
    ["one class a picture, weighted", { use_weighted_loss: "1" }, uneven()],
    ["several classes a picture", { multi_label: "1" }, several()],
    ["several classes a picture, weighted", { multi_label: "1", use_weighted_loss: "1" }, several()],
    [
      "a last batch of two pictures, which count no more than others",
      { mini_batch_size: "4" },
      corners(6, 2),
    ],
  ])("steps along the true gradient with %s", async (_, given, train) => {
    // One epoch of plain gradient descent, against the slope measured by finite differences.
    const state = initialFitState(3, 4);
    state.head.weight.set(Array.from({ length: 12 }, (_, i) => Math.sin(i)));
    const before = { ...state.head, weight: state.head.weight.slice(), bias: state.head.bias.slice() };
    const plain = {
      epochs: "1",
      momentum: "0",
      weight_decay: "0",
      learning_rate: "0.001",
      mini_batch_size: "6",
      num_training_samples: "6",
    };
    const hyperparameters = options({ ...plain, ...given });
    const weights = given.use_weighted_loss
      ? classWeights(train.labels, 3, hyperparameters.multiLabel)
      : [1, 1, 1];
    // By its definition, over the logits.
    const lossOf = (values: Float64Array, labels: readonly number[]): number => {
      if (!hyperparameters.multiLabel) {
        const all = values.reduce((sum, value) => sum + Math.exp(value), 0);
        return weights[labels[0]!]! * (Math.log(all) - values[labels[0]!]!);
      }
      const each = [...values].map((value, c) =>
        labels.includes(c) ? weights[c]! * Math.log1p(Math.exp(-value)) : Math.log1p(Math.exp(value)),
      );
      return each.reduce((a, b) => a + b);
    };
    const loss = (): number => {
      const out = new Float64Array(3);
      let sum = 0;
      for (let i = 0; i < train.count; i++) {
        logits(before, train.values, i * train.width, out);
        sum += lossOf(out, train.labels[i]!) / train.count;
      }
      return sum;
    };
    await run(state, hyperparameters, { train });
    for (const name of ["weight", "bias"] as const) {
      const values = before[name];
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        values[i] = value + 0.01;
        const above = loss();
        values[i] = value - 0.01;
        const slope = (above - loss()) / 0.02;
        values[i] = value;
        const steps = train.count / hyperparameters.miniBatchSize;
        expect((value - state.head[name][i]!) / 0.001).toBeCloseTo(slope * steps, 2);
      }
    }
  });

  it("gives the same head for the same seed, and another for another", async () => {
    const heads = [];
    for (const seed of ["1", "1", "2"]) {
      const state = initialFitState(3, 4);
      await run(state, options({ seed }));
      heads.push([...state.head.weight]);
    }
    expect(heads[0]).toEqual(heads[1]);
    expect(heads[0]).not.toEqual(heads[2]);
  });

  it("goes on from a state as if it had never stopped", async () => {
    const whole = initialFitState(3, 4);
    await run(whole, options());
    const parts = initialFitState(3, 4);
    await run(parts, options({ epochs: "3" }));
    await run(parts, options());
    expect(parts).toEqual(whole);
  });

  it("keeps the epoch with the best validation accuracy, not the last", async () => {
    const state = initialFitState(3, 4);
    // A learning rate this large swings, so some epoch beats the last one.
    const noisy = { train: corners(90, 6), validation: corners(60, 6, 2) };
    const { epochs } = await run(state, options({ learning_rate: "1", epochs: "20" }), noisy);
    const best = Math.max(...epochs.map(({ validation }) => validation.accuracy));
    expect(state.best!.accuracy).toBe(best);
    expect(epochs[state.best!.epoch]!.validation.accuracy).toBe(best);
    expect(epochs[state.best!.epoch]!.isBest).toBe(true);
  });

  it("stops early after `patience` epochs without a rise, but not before `min_epochs`", async () => {
    const early = { early_stopping: "1", early_stopping_patience: "2", epochs: "30" };
    const soon = await run(initialFitState(3, 4), options({ ...early, early_stopping_min_epochs: "1" }));
    expect(soon.end).toBe("early-stopping");
    expect(soon.epochs.length).toBeLessThan(10);
    const later = await run(initialFitState(3, 4), options({ ...early, early_stopping_min_epochs: "12" }));
    expect(later.epochs).toHaveLength(12);
  });

  it("returns at the next batch when the signal asks, and keeps the epochs that ended", async () => {
    const stop = new AbortController();
    const state = initialFitState(3, 4);
    const work = fitHead(state, corners(90, 1), corners(30, 1), {
      hyperparameters: options(),
      answers: answersOf(options(), corners(90, 1), () => {}),
      signal: stop.signal,
    });
    expect((await work.next()).done).toBe(false);
    stop.abort();
    expect(await work.next()).toEqual({ done: true, value: "stopped" });
    expect(state.best?.epoch).toBe(0);
  });

  it("hears of a stop that comes from outside, however short its epochs are", async () => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 100);
    const endless = options({ epochs: "100000000" });
    const { end } = await run(initialFitState(3, 4), endless, { signal: stop.signal });
    expect(end).toBe("stopped");
    clearTimeout(timer);
  });

  it("trains on changed copies, but validates on the pictures themselves", async () => {
    const train = corners(30, 1, 1, 4);
    const { epochs } = await run(initialFitState(3, 4), options(), { train });
    expect(epochs.at(-1)!.validation.accuracy).toBe(1);
  });

  it("counts the label among the k likeliest classes", async () => {
    const { epochs } = await run(initialFitState(3, 4), options({ top_k: "3" }), { train: corners(90, 9) });
    expect(epochs[0]!.validation.topKAccuracy).toBe(1);
    expect(epochs[0]!.train.topKAccuracy).toBe(1);
  });
});

describe("learningRateAt", () => {
  it("falls by the factor at each step", () => {
    const hyperparameters = options({
      learning_rate: "0.1",
      lr_scheduler_factor: "0.5",
      lr_scheduler_step: "2,5",
    });
    expect([0, 1, 2, 4, 5, 7].map((epoch) => learningRateAt(epoch, hyperparameters))).toEqual([
      0.1, 0.1, 0.05, 0.05, 0.025, 0.025,
    ]);
  });
});
