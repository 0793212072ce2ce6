import type { Answers, Score, Tally } from "./answers.js";
import { type FitEnd, shouldStopEarly, staleAfter } from "./early-stopping.js";
import { evaluateHead } from "./evaluate-head.js";
import type { FeatureSet } from "./feature-set.js";
import { copyHead, emptyHead, type Head } from "./head.js";
import { BLOCK_ROWS, HeadBlock } from "./head-block.js";
import type { Hyperparameters } from "./hyperparameters.js";
import { applyStep, type OptimizerState, optimizerState } from "./optimizer.js";
import { seededRandom, shuffledOrder } from "./random.js";

/** What one epoch came to. */
export interface EpochResult {
  /** Counted from 0. */
  readonly epoch: number;
  readonly learningRate: number;
  /** Over the epoch's batches, each before its step. */
  readonly train: Score;
  readonly validation: Score;
  /** True when no epoch before had a better validation accuracy (or an equal one with a lower cross-entropy). */
  readonly isBest: boolean;
  /** Wall-clock seconds of the steps, without the validation. */
  readonly seconds: number;
}

/** What an epoch came to, for the curve. */
export type EpochPoint = Pick<EpochResult, "train" | "validation">;

/** Everything that the next epoch depends on, and how the former ones went; what a checkpoint keeps. */
export interface FitState {
  /** One point for each epoch that has ended. */
  readonly history: EpochPoint[];
  /** The next epoch to run, counted from 0. */
  epoch: number;
  /** Steps taken so far. */
  step: number;
  readonly head: Head;
  readonly weightState: OptimizerState;
  readonly biasState: OptimizerState;
  best:
    | {
        readonly head: Head;
        readonly epoch: number;
        readonly accuracy: number;
        readonly crossEntropy: number;
      }
    | undefined;
  /** Epochs without improvement, for early stopping. */
  stale: number;
}

/** The state before the first epoch. */
export function initialFitState(classes: number, width: number): FitState {
  return {
    history: [],
    epoch: 0,
    step: 0,
    head: emptyHead(classes, width),
    weightState: optimizerState(classes * width),
    biasState: optimizerState(classes),
    best: undefined,
    stale: 0,
  };
}

/** Options of `fitHead`. */
export interface FitOptions {
  readonly hyperparameters: Hyperparameters;
  readonly answers: Answers;
  /** Stops at the next batch; the generator then returns and keeps the epochs that ended. */
  readonly signal?: AbortSignal;
}

/**
 * Trains the head on standardised features, one epoch for each yield, changing `state` in place.
 *
 * Equal features, hyperparameters and state give equal results: batches are drawn from the seed and the epoch alone.
 */
export async function* fitHead(
  state: FitState,
  taught: FeatureSet,
  held: FeatureSet,
  options: FitOptions,
): AsyncGenerator<EpochResult, FitEnd, undefined> {
  const { hyperparameters, answers } = options;
  const breath = new Breath();
  while (state.epoch < hyperparameters.epochs) {
    const started = performance.now();
    const { epoch } = state;
    const learningRate = learningRateAt(epoch, hyperparameters);
    const tally = await runEpoch(state, taught, learningRate, options, breath);
    if (!tally) return "stopped";
    const seconds = (performance.now() - started) / 1000;
    const result = evaluateHead(state.head, held, answers);
    const improved = keepBest(state, result, hyperparameters.earlyStoppingTolerance);
    state.epoch += 1;
    const train = tally.result();
    state.history.push({ train, validation: result });
    yield {
      epoch,
      learningRate,
      train,
      validation: result,
      isBest: improved.isBest,
      seconds,
    };
    if (shouldStopEarly(state, hyperparameters)) return "early-stopping";
  }
  return "epochs";
}

/** `learning_rate`, multiplied by `lr_scheduler_factor` at each epoch of `lr_scheduler_step`. */
export function learningRateAt(
  epoch: number,
  hyperparameters: Pick<Hyperparameters, "learningRate" | "lrSchedulerStep" | "lrSchedulerFactor">,
): number {
  const passed = hyperparameters.lrSchedulerStep.filter((step) => epoch >= step).length;
  return hyperparameters.learningRate * hyperparameters.lrSchedulerFactor ** passed;
}

function keepBest(
  state: FitState,
  { accuracy, crossEntropy }: Score,
  tolerance: number,
): { isBest: boolean } {
  const { best } = state;
  state.stale = staleAfter(state.stale, accuracy, best?.accuracy, tolerance);
  const isBest =
    !best || accuracy > best.accuracy || (accuracy === best.accuracy && crossEntropy < best.crossEntropy);
  if (isBest) state.best = { head: copyHead(state.head), epoch: state.epoch, accuracy, crossEntropy };
  return { isBest };
}

/** All batches of one epoch; undefined when the signal ended it, which leaves the state in the middle of an epoch. */
async function runEpoch(
  state: FitState,
  train: FeatureSet,
  learningRate: number,
  { hyperparameters, answers, signal }: FitOptions,
  breath: Breath,
): Promise<Tally | undefined> {
  const random = seededRandom(hyperparameters.seed, 0xe9, state.epoch);
  const order = shuffledOrder(train.count, random);
  const tally = answers.tally();
  const batch = new Batch(state, train, hyperparameters, answers);
  for (let start = 0; start < train.count; start += hyperparameters.miniBatchSize) {
    const pictures = order.subarray(start, start + hyperparameters.miniBatchSize);
    const rows = Array.from(pictures, (picture) => ({ picture, view: Math.floor(random() * train.views) }));
    batch.step(rows, learningRate, tally);
    await breath.take();
    if (signal?.aborted) return undefined;
  }
  return tally;
}

/** Gives the event loop a turn now and then, over batches and epochs alike: signals are only heard there. */
export class Breath {
  #last = performance.now();

  /** Waits for such a turn when the last one is 50 ms ago. */
  async take(): Promise<void> {
    if (performance.now() - this.#last < 50) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#last = performance.now();
  }
}

/** Buffers of one batch, used again for every step. */
class Batch {
  readonly #state: FitState;
  readonly #train: FeatureSet;
  readonly #hyperparameters: Hyperparameters;
  readonly #answers: Answers;
  readonly #block: HeadBlock;
  readonly #weight: Float32Array;
  readonly #bias: Float32Array;
  readonly #slopes: Float32Array;
  readonly #out: Float64Array;

  constructor(state: FitState, train: FeatureSet, hyperparameters: Hyperparameters, answers: Answers) {
    const { classes, width, weight, bias } = state.head;
    this.#state = state;
    this.#train = train;
    this.#hyperparameters = hyperparameters;
    this.#answers = answers;
    this.#block = new HeadBlock(classes, width);
    this.#weight = new Float32Array(weight.length);
    this.#bias = new Float32Array(bias.length);
    this.#slopes = new Float32Array(BLOCK_ROWS * classes);
    this.#out = new Float64Array(classes);
  }

  step(
    rows: readonly { readonly picture: number; readonly view: number }[],
    learningRate: number,
    tally: Tally,
  ): void {
    const { head } = this.#state;
    this.#bias.fill(0);
    this.#block.begin(head);
    for (let start = 0; start < rows.length; start += BLOCK_ROWS)
      this.#addGradient(rows.slice(start, start + BLOCK_ROWS), tally);
    this.#block.readGradient(this.#weight);
    this.#state.step += 1;
    const step = { number: this.#state.step, learningRate, weightDecay: this.#hyperparameters.weightDecay };
    applyStep(head.weight, this.#weight, this.#state.weightState, step, this.#hyperparameters);
    // As in MXNet, biases do not decay.
    applyStep(
      head.bias,
      this.#bias,
      this.#state.biasState,
      { ...step, weightDecay: 0 },
      this.#hyperparameters,
    );
  }

  #addGradient(rows: readonly { readonly picture: number; readonly view: number }[], tally: Tally): void {
    const { classes, bias } = this.#state.head;
    const { count, values, width, views, labels } = this.#train;
    // Not what this batch has: the last one of an epoch may hold two pictures, which would then count as much as a whole batch.
    const size = Math.min(count, this.#hyperparameters.miniBatchSize);
    const starts = rows.map(({ picture, view }) => (picture * views + view) * width);
    const products = this.#block.multiply(values, starts);
    for (const [n, { picture }] of rows.entries()) {
      for (let c = 0; c < classes; c++) this.#out[c] = products[n * classes + c]! + bias[c]!;
      this.#answers.activate(this.#out);
      tally.add(this.#out, labels[picture]!);
      this.#answers.slopes(this.#out, labels[picture]!);
      for (let c = 0; c < classes; c++) {
        const slope = this.#out[c]! / size;
        this.#slopes[n * classes + c] = slope;
        this.#bias[c]! += slope;
      }
    }
    this.#block.addGradient(this.#slopes, rows.length);
  }
}
