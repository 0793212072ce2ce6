import { checkMiniBatch, checkNames, PATH, readRows } from "./hyperparameter-reader.js";
import {
  CIFAR_LAYERS,
  type HyperparameterName,
  hyperparameters,
  IMAGENET_LAYERS,
} from "./hyperparameter-table.js";
import { type Fail, wrong } from "./problem.js";

/** The hyperparameters of image classification, checked and typed, every default filled in. */
export interface Hyperparameters {
  /** At least 2. */
  readonly numClasses: number;
  /** Pictures in channel train, at least 1. */
  readonly numTrainingSamples: number;
  /** Pixels. */
  readonly imageShape: readonly [channels: number, height: number, width: number];
  /** Depth of the net. */
  readonly numLayers: number;
  /** Start from weights learnt on ImageNet. */
  readonly usePretrainedModel: boolean;
  /** At least 1. */
  readonly epochs: number;
  /** Pictures of one step, at least 1. */
  readonly miniBatchSize: number;
  /** 0 to 1. */
  readonly learningRate: number;
  /** How steps follow from gradients. */
  readonly optimizer: "sgd" | "adam" | "rmsprop" | "nag";
  /** Of sgd and nag, 0 to 1. */
  readonly momentum: number;
  /** 0 to 1. */
  readonly weightDecay: number;
  /** Of adam, 0 to 1. */
  readonly beta1: number;
  /** Of adam, 0 to 1. */
  readonly beta2: number;
  /** Of adam and rmsprop, 0 to 1. */
  readonly eps: number;
  /** Of rmsprop, 0 to 1. */
  readonly gamma: number;
  /** What the learning rate is multiplied by, 0 to 1. */
  readonly lrSchedulerFactor: number;
  /** Epochs at which the learning rate is multiplied by the factor, rising. */
  readonly lrSchedulerStep: readonly number[];
  /** Also reports whether the label is among the k likeliest classes; at least 2. */
  readonly topK?: number;
  /** Epochs between checkpoints. */
  readonly checkpointFrequency: number;
  /** Stop when the validation accuracy no longer rises. */
  readonly earlyStopping: boolean;
  /** Epochs before which there is no early stop. */
  readonly earlyStoppingMinEpochs: number;
  /** Epochs without a rise. */
  readonly earlyStoppingPatience: number;
  /** Relative rise that counts, 0 to 1. */
  readonly earlyStoppingTolerance: number;
  /** How pictures are changed between epochs. */
  readonly augmentationType?: "crop" | "crop_color" | "crop_color_transform";
  /** Precision of weights. */
  readonly precisionDtype: "float32" | "float16";
  /** How several instances exchange gradients. */
  readonly kvStore: "dist_sync" | "dist_async";
  /** Several classes may hold for one picture: each record has a 0 or 1 for every class. */
  readonly multiLabel: boolean;
  /** Weigh classes by their frequency; the built-in image does with `multiLabel` only. */
  readonly useWeightedLoss: boolean;
  /** Shorter side in pixels before cropping. */
  readonly resize?: number;
  /** Of everything random, 0 to 4,294,967,295. */
  readonly seed: number;
}

/** The guide: nets for pictures above this side are those of ImageNet. */
const CIFAR_LARGEST_SIDE = 28;

/**
 * Checks hyperparameters as they are sent, strings by their snake-case names. Names with `_` or `sagemaker_` in front
 * pass: SageMaker's tuning and toolkits add them.
 *
 * @example
 * ```ts
 * readHyperparameters({ num_classes: "10", num_training_samples: "1567", epoch: "5" }, fail);
 * // fails: Hyperparameter epoch is not known. Did you mean "epochs"? Known are num_classes, ...
 * ```
 */
export function readHyperparameters(given: unknown, fail: Fail): Hyperparameters {
  const sent = checkNames(hyperparameters, given, fail);
  const result = readRows(hyperparameters, sent, fail) as unknown as Hyperparameters;
  checkTogether(result, sent, fail);
  return result;
}

/** The rules of the guide between two hyperparameters. */
function checkTogether(values: Hyperparameters, given: Readonly<Record<string, unknown>>, fail: Fail): void {
  const { numClasses, epochs, imageShape, topK, resize } = values;
  const refuse = (name: HyperparameterName, rule: string, remedy: string) =>
    fail(wrong(`${PATH}${name}`, hyperparameters[name].type, rule, given[name], remedy));
  const [channels, height, width] = imageShape;
  const side = Math.max(height, width);
  if (channels !== 1 && channels !== 3) {
    refuse("image_shape", "of 1 or 3 channels", "The order is channels,height,width.");
  }
  if (topK !== undefined && topK > numClasses) {
    refuse("top_k", `at most num_classes (${numClasses})`, "Leave it out for the plain accuracy.");
  }
  if (values.checkpointFrequency > epochs) {
    refuse("checkpoint_frequency", `at most epochs (${epochs})`, "Lower it, or raise epochs.");
  }
  checkMiniBatch(values, given, fail);
  if (resize !== undefined && resize <= side) {
    refuse("resize", `larger than image_shape (${side} pixels)`, "Raise it.");
  }
  const small = (CIFAR_LAYERS as readonly number[]).includes(values.numLayers);
  if (small && (values.usePretrainedModel || side > CIFAR_LARGEST_SIDE)) {
    const why = values.usePretrainedModel
      ? "Pretrained weights exist for these nets only."
      : `The others are for pictures of up to ${CIFAR_LARGEST_SIDE} pixels.`;
    refuse("num_layers", `one of ${IMAGENET_LAYERS.join(", ")}`, why);
  }
}
