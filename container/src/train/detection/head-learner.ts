import { type Breath, learningRateAt } from "../fit-head.js";
import { type Head, logits } from "../head.js";
import { applyStep, type OptimizerState, optimizerState } from "../optimizer.js";
import { type Random, seededRandom, shuffledOrder } from "../random.js";
import { anchorProbabilities, emptyHeads, type LevelHeads, readWindow, WINDOW } from "./heads.js";
import type { DetectionSettings } from "./hyperparameters.js";
import type { Level } from "./levels.js";
import type { Targets } from "./match-anchors.js";

/** One picture, or a changed copy of it, ready for every epoch. */
export interface View {
  /** Its feature row, whitened. */
  readonly row: Float32Array;
  readonly targets: Targets;
}

/** Background anchors learnt from for each with an object, the most mistaken ones: SSD's. */
const NEGATIVES_A_POSITIVE = 3;
/** Background anchors learnt from in a picture with few objects: a few alone would be learnt and forgotten in turn. */
const LEAST_NEGATIVES = 24;
/** Cells of a level that are searched for mistakes in one epoch; of larger maps others each time. */
const CELLS_SEARCHED = 128;

/** One linear map with what its steps need. */
interface Trained {
  readonly head: Head;
  readonly gradient: { readonly weight: Float32Array; readonly bias: Float32Array };
  readonly state: { readonly weight: OptimizerState; readonly bias: OptimizerState };
  /** Sums of the weights after each step of the epoch. */
  readonly sum: { readonly weight: Float64Array; readonly bias: Float64Array };
}

/** An anchor that is learnt from. */
interface Pick {
  readonly level: number;
  readonly cell: number;
  /** Of the cell's. */
  readonly anchor: number;
  /** 0 for the background. */
  readonly classId: number;
  /** Number among the positives, or -1. */
  readonly positive: number;
  readonly loss: number;
}

/** SSD heads and what they learn from. */
export class HeadLearner {
  readonly #heads: readonly LevelHeads[];
  readonly #levels: readonly Level[];
  readonly #train: readonly (readonly View[])[];
  readonly #settings: DetectionSettings;
  readonly #classes: readonly Trained[];
  readonly #offsets: readonly Trained[];
  readonly #windows: readonly Float32Array[];
  #step = 0;
  /** Steps of the epoch. */
  #summed = 0;

  /**
   * @param train for each picture the picture itself and its changed copies
   */
  constructor(levels: readonly Level[], train: readonly (readonly View[])[], settings: DetectionSettings) {
    this.#levels = levels;
    this.#train = train;
    this.#settings = settings;
    this.#heads = emptyHeads(levels, settings.numClasses);
    this.#classes = this.#heads.map(({ classes }) => trained(classes));
    this.#offsets = this.#heads.map(({ offsets }) => trained(offsets));
    this.#windows = levels.map(({ channels }) => new Float32Array(WINDOW * channels));
  }

  /**
   * The heads with the mean of the weights that the epoch's steps left. Which mistakes are learnt from changes from step
   * to step, and the weights swing with them; their mean does not.
   */
  averagedHeads(): LevelHeads[] {
    const mean = ({ head, sum }: Trained): Head => ({
      ...head,
      weight: Float32Array.from(sum.weight, (value) => value / this.#summed),
      bias: Float32Array.from(sum.bias, (value) => value / this.#summed),
    });
    return this.#classes.map((classes, level) => ({
      classes: mean(classes),
      offsets: mean(this.#offsets[level]!),
    }));
  }

  /** Learns from every picture once. Undefined when the signal ended it. */
  async runEpoch(
    epoch: number,
    breath: Breath,
    signal: AbortSignal | undefined,
  ): Promise<{ crossEntropy: number; smoothL1: number } | undefined> {
    const train = this.#train;
    const { miniBatchSize, seed } = this.#settings;
    const random = seededRandom(seed, 0x55d, epoch);
    const order = shuffledOrder(train.length, random);
    const rate = learningRateAt(epoch, this.#settings);
    for (const { sum } of [...this.#classes, ...this.#offsets]) {
      sum.weight.fill(0);
      sum.bias.fill(0);
    }
    this.#summed = 0;
    const sums = { crossEntropy: 0, anchors: 0, smoothL1: 0, positives: 0 };
    for (let start = 0; start < order.length; start += miniBatchSize) {
      const views = Array.from(order.subarray(start, start + miniBatchSize), (picture) => {
        const all = train[picture]!;
        return all[Math.floor(random() * all.length)]!;
      });
      const picked: { view: View; picks: Pick[] }[] = [];
      for (const view of views) {
        picked.push({ view, picks: this.#pick(view, random) });
        await breath.take();
        if (signal?.aborted) return undefined;
      }
      this.#takeStep(picked, rate, sums);
    }
    return {
      crossEntropy: sums.crossEntropy / Math.max(1, sums.anchors),
      smoothL1: sums.smoothL1 / Math.max(1, sums.positives),
    };
  }

  #takeStep(
    picked: readonly { readonly view: View; readonly picks: readonly Pick[] }[],
    learningRate: number,
    sums: { crossEntropy: number; anchors: number; smoothL1: number; positives: number },
  ): void {
    for (const { gradient } of [...this.#classes, ...this.#offsets]) {
      gradient.weight.fill(0);
      gradient.bias.fill(0);
    }
    const positives = picked.reduce((sum, { view }) => sum + view.targets.positives.length, 0);
    const anchors = picked.reduce((sum, { picks }) => sum + picks.length, 0);
    // The last batch of an epoch may hold two pictures, which must not count as much as a whole batch.
    const whole = picked.length / Math.min(this.#train.length, this.#settings.miniBatchSize);
    // MXNet's share is that of the positives, of which all anchors are four times as many.
    const shares = {
      classes: (whole * (1 + NEGATIVES_A_POSITIVE)) / anchors,
      offsets: whole / Math.max(1, positives),
    };
    for (const { view, picks } of picked) {
      for (const pick of picks) {
        sums.crossEntropy += pick.loss;
        sums.smoothL1 += this.#learn(view, pick, shares);
      }
    }
    sums.anchors += anchors;
    sums.positives += positives;
    this.#step += 1;
    const { optimizer } = this.#settings;
    // The algorithm ignores it with other optimizers.
    const weightDecay = optimizer === "sgd" || optimizer === "rmsprop" ? this.#settings.weightDecay : 0;
    const step = { number: this.#step, learningRate, weightDecay };
    this.#summed += 1;
    for (const { head, gradient, state, sum } of [...this.#classes, ...this.#offsets]) {
      applyStep(head.weight, gradient.weight, state.weight, step, this.#settings);
      // As in MXNet, biases do not decay.
      applyStep(head.bias, gradient.bias, state.bias, { ...step, weightDecay: 0 }, this.#settings);
      for (let i = 0; i < head.weight.length; i++) sum.weight[i]! += head.weight[i]!;
      for (let i = 0; i < head.bias.length; i++) sum.bias[i]! += head.bias[i]!;
    }
  }

  /** The anchors of a picture to learn from: all with an object, and the most mistaken of the others. */
  #pick(view: View, random: Random): Pick[] {
    const { targets } = view;
    const positives: Pick[] = [];
    const negatives: Pick[] = [];
    const positiveAt = new Map(Array.from(targets.positives, (anchor, n) => [anchor, n]));
    const ignored = new Set(targets.ignored);
    for (const [index, level] of this.#levels.entries()) {
      const { firstAnchor, anchorsPerCell } = level;
      const probabilities = new Float64Array(this.#heads[index]!.classes.classes);
      const classes = this.#settings.numClasses + 1;
      for (const cell of cellsToSearch(level, targets, random)) {
        const window = this.#windows[index]!;
        readWindow(view.row, level, cell, window);
        anchorProbabilities(this.#heads[index]!.classes, window, classes - 1, probabilities);
        for (let anchor = 0; anchor < anchorsPerCell; anchor++) {
          const number = firstAnchor + cell * anchorsPerCell + anchor;
          if (ignored.has(number)) continue;
          const positive = positiveAt.get(number) ?? -1;
          const classId = positive === -1 ? 0 : targets.classes[positive]!;
          // A probability of 0 in float64 stands for one below 1e-300.
          const loss = -Math.log(Math.max(probabilities[anchor * classes + classId]!, 1e-300));
          const pick = { level: index, cell, anchor, classId, positive, loss };
          (positive === -1 ? negatives : positives).push(pick);
        }
      }
    }
    const wanted = Math.max(LEAST_NEGATIVES, NEGATIVES_A_POSITIVE * positives.length);
    negatives.sort((a, b) => b.loss - a.loss);
    return [...positives, ...negatives.slice(0, wanted)];
  }

  /** Adds an anchor's gradients; returns its smooth L1 loss, 0 without an object. */
  #learn(
    { row, targets }: View,
    pick: Pick,
    shares: { readonly classes: number; readonly offsets: number },
  ): number {
    const level = this.#levels[pick.level]!;
    const window = this.#windows[pick.level]!;
    readWindow(row, level, pick.cell, window);
    const classes = this.#classes[pick.level]!;
    const count = this.#settings.numClasses + 1;
    const probabilities = new Float64Array(classes.head.classes);
    anchorProbabilities(classes.head, window, count - 1, probabilities);
    for (let c = 0; c < count; c++) {
      const output = pick.anchor * count + c;
      addSlope(
        classes,
        output,
        (probabilities[output]! - (c === pick.classId ? 1 : 0)) * shares.classes,
        window,
      );
    }
    if (pick.positive === -1) return 0;
    const offsets = this.#offsets[pick.level]!;
    const values = new Float64Array(offsets.head.classes);
    logits(offsets.head, window, 0, values);
    let loss = 0;
    for (let side = 0; side < 4; side++) {
      const output = pick.anchor * 4 + side;
      const away = values[output]! - targets.offsets[pick.positive * 4 + side]!;
      loss += Math.abs(away) < 1 ? away ** 2 / 2 : Math.abs(away) - 0.5;
      addSlope(offsets, output, Math.max(-1, Math.min(1, away)) * shares.offsets, window);
    }
    return loss;
  }
}

function trained(head: Head): Trained {
  const { length } = head.weight;
  return {
    head,
    gradient: { weight: new Float32Array(length), bias: new Float32Array(head.bias.length) },
    state: { weight: optimizerState(length), bias: optimizerState(head.bias.length) },
    sum: { weight: new Float64Array(length), bias: new Float64Array(head.bias.length) },
  };
}

function addSlope({ gradient }: Trained, output: number, slope: number, window: Float32Array): void {
  gradient.bias[output]! += slope;
  const from = output * window.length;
  for (let i = 0; i < window.length; i++) gradient.weight[from + i]! += slope * window[i]!;
}

/** All cells of a small map; of a large one those with objects, and others by chance. */
function cellsToSearch(level: Level, { positives }: Targets, random: Random): Iterable<number> {
  const count = level.height * level.width;
  if (count <= CELLS_SEARCHED) return Array(count).keys();
  const last = level.firstAnchor + count * level.anchorsPerCell;
  const cells = new Set<number>();
  for (const anchor of positives) {
    if (anchor < level.firstAnchor || anchor >= last) continue;
    cells.add(Math.floor((anchor - level.firstAnchor) / level.anchorsPerCell));
  }
  const wanted = Math.min(count, cells.size + CELLS_SEARCHED);
  while (cells.size < wanted) cells.add(Math.floor(random() * count));
  return cells;
}
