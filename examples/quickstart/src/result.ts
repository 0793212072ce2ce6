import type { ClassificationFigures, VideoFigures } from "./figures.js";
import type { Progress, Step } from "./progress.js";

/** What one split led to. */
interface SplitResult {
  readonly split: string;
  readonly trainImages: number;
  readonly validationImages: number;
  /** Held out until the end: `accuracy` is that of these. */
  readonly testImages: number;
  /** 0 to 1. */
  readonly accuracy: number;
}

/** The content of `result.json`. */
export interface QuickstartResult {
  readonly steps: readonly Step[];
  /** What the run took, in seconds: less than its steps together, since pictures and video are worked on at once. */
  readonly seconds: number;
  readonly classification: SplitResult & {
    readonly dataset: string;
    readonly synthetic: boolean;
    readonly classes: readonly string[];
    /** Held-out pictures that were answered right. */
    readonly correct: number;
    /** Name of the endpoint that answered; it stands on only with `--keep`. */
    readonly endpoint: string;
    /** Every split that was trained, the first one's figures are those above. */
    readonly comparison: readonly SplitResult[];
  };
  readonly video: {
    /** Path of the marked-up video. */
    readonly output: string;
    readonly frames: number;
    readonly durationSeconds: number;
    readonly framesWithDetections: number;
    /** Boxes in all frames together. */
    readonly detections: number;
    readonly synthetic: boolean;
  };
}

/** Puts together what the flows found. `classified` begins with the split that the result stands for. */
export function makeResult(
  { steps, seconds: total }: Pick<Progress, "steps" | "seconds">,
  classified: readonly [ClassificationFigures, ...ClassificationFigures[]],
  video: VideoFigures,
): QuickstartResult {
  const [main] = classified;
  return {
    steps: steps.map(({ name, seconds }) => ({ name, seconds: toMilliseconds(seconds) })),
    seconds: toMilliseconds(total),
    classification: {
      dataset: main.dataset,
      synthetic: main.synthetic,
      classes: main.classes,
      ...splitResult(main),
      correct: main.correct,
      endpoint: main.endpointName,
      comparison: classified.map(splitResult),
    },
    video: {
      output: video.output,
      frames: video.frames,
      durationSeconds: video.durationSeconds,
      framesWithDetections: video.framesWithDetections,
      detections: video.detectionCount,
      synthetic: video.synthetic,
    },
  };
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

function splitResult({ split, parts, accuracy }: ClassificationFigures): SplitResult {
  return {
    split,
    trainImages: parts.train.pictures,
    validationImages: parts.validation.pictures,
    testImages: parts.test.pictures,
    accuracy,
  };
}

/** One sentence on why a split at random and one by subject do not agree; undefined for a single split. */
export function explainSplits(result: QuickstartResult): string | undefined {
  const { comparison } = result.classification;
  const group = comparison.find(({ split }) => split === "group");
  const other = comparison.find(({ split }) => split !== "group");
  if (group === undefined || other === undefined) return undefined;
  const gap = other.accuracy - group.accuracy;
  const points = (100 * gap).toFixed(1);
  const name = `The split ${other.split === "random" ? "at random" : "by class"}`;
  // Two standard errors of a difference between two shares.
  const variance = [group, other].map(
    ({ accuracy, testImages }) => (accuracy * (1 - accuracy)) / Math.max(1, testImages),
  );
  if (gap < 2 * Math.sqrt(variance[0]! + variance[1]!))
    return `${name} scores ${points} points more, which may be chance with so few pictures; the split by subject is the one to believe, since nobody in its held-out pictures was seen in training.`;
  return `${name} scores ${points} points higher because the same subjects are in training and test, so the model can recognise the subject instead of the class; the split by subject tells what to expect of somebody new.`;
}
