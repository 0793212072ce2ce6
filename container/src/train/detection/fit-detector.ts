import { type FitEnd, shouldStopEarly, staleAfter } from "../early-stopping.js";
import { Breath } from "../fit-head.js";
import type { TruthBox } from "./boxes.js";
import { detect } from "./detect.js";
import { HeadLearner, type View } from "./head-learner.js";
import type { LevelHeads } from "./heads.js";
import type { DetectionSettings } from "./hyperparameters.js";
import type { Level } from "./levels.js";
import {
  type JudgedPicture,
  type MeanAveragePrecision,
  meanAveragePrecision,
} from "./mean-average-precision.js";

/** What is learnt from and judged by. */
export interface DetectionData {
  readonly levels: readonly Level[];
  /** For each picture the picture itself and its changed copies. */
  readonly train: readonly (readonly View[])[];
  readonly validation: readonly { readonly row: Float32Array; readonly truth: readonly TruthBox[] }[];
}

/** What one epoch came to. */
export interface DetectionEpoch {
  /** Counted from 0. */
  readonly epoch: number;
  /** Mean over the anchors that were learnt from. */
  readonly crossEntropy: number;
  /** Mean over the anchors that have an object. */
  readonly smoothL1: number;
  readonly validation: MeanAveragePrecision;
  /** Whether no epoch before had a better mean average precision. */
  readonly isBest: boolean;
  /** Wall-clock seconds of the steps, without the validation. */
  readonly seconds: number;
}

/** The heads of the epoch with the best mean average precision. */
export interface BestDetector {
  readonly heads: readonly LevelHeads[];
  readonly epoch: number;
  readonly validation: MeanAveragePrecision;
}

/** How the training ended, and with what; nothing when it was stopped in its first epoch. */
export interface DetectorFit {
  readonly end: FitEnd;
  readonly epochs: number;
  readonly best: BestDetector | undefined;
}

/**
 * Trains SSD heads on whitened feature maps: softmax cross-entropy over a quarter of the anchors learnt from (those with
 * an object, and hard negatives), and smooth L1 over the number of anchors with an object. Yields after every epoch.
 * Equal data and settings give equal results.
 *
 * @param signal stops at the next picture; the epoch then does not count
 */
export async function* fitDetector(
  data: DetectionData,
  settings: DetectionSettings,
  signal?: AbortSignal,
): AsyncGenerator<DetectionEpoch, DetectorFit, undefined> {
  const breath = new Breath();
  const learner = new HeadLearner(data.levels, data.train, settings);
  let best: BestDetector | undefined;
  let stale = 0;
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    const started = performance.now();
    const losses = await learner.runEpoch(epoch, breath, signal);
    if (!losses) return { end: "stopped", epochs: epoch, best };
    const seconds = (performance.now() - started) / 1000;
    const heads = learner.averagedHeads();
    const validation = await judge(data, heads, settings, breath, signal);
    if (!validation) return { end: "stopped", epochs: epoch, best };
    const before = best?.validation.mean;
    stale = staleAfter(stale, validation.mean, before, settings.earlyStoppingTolerance);
    const isBest = before === undefined || validation.mean > before;
    if (isBest) best = { heads, epoch, validation };
    yield { epoch, ...losses, validation, isBest, seconds };
    if (shouldStopEarly({ epoch: epoch + 1, stale }, settings))
      return { end: "early-stopping", epochs: epoch + 1, best };
  }
  return { end: "epochs", epochs: settings.epochs, best };
}

/** How good heads are on the validation pictures. Undefined when the signal ended it. */
async function judge(
  { levels, validation }: DetectionData,
  heads: readonly LevelHeads[],
  { numClasses, nmsThreshold, overlapThreshold }: DetectionSettings,
  breath: Breath,
  signal: AbortSignal | undefined,
): Promise<MeanAveragePrecision | undefined> {
  const pictures: JudgedPicture[] = [];
  for (const { row, truth } of validation) {
    pictures.push({ truth, found: detect(row, levels, heads, { classes: numClasses, nmsThreshold }) });
    await breath.take();
    if (signal?.aborted) return undefined;
  }
  return meanAveragePrecision(pictures, numClasses, overlapThreshold);
}
