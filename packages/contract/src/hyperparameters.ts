import { fits, isRecord, remedyFor } from "./check.js";
import type { Field, Rule } from "./field.js";
import {
  CIFAR_LAYERS,
  type HyperparameterName,
  hyperparameters,
  IMAGENET_LAYERS,
} from "./hyperparameter-table.js";
import { type Fail, missing, unknown, wrong } from "./problem.js";
import { ruleText } from "./rule-text.js";

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
  /** Several classes may hold for one picture. */
  readonly multiLabel: boolean;
  /** Weigh classes by their frequency. */
  readonly useWeightedLoss: boolean;
  /** Shorter side in pixels before cropping. */
  readonly resize?: number;
  /** Of everything random, 0 to 4,294,967,295. */
  readonly seed: number;
}

/** How messages begin. */
const PATH = "Hyperparameter ";
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
  if (!isRecord(given)) fail(wrong("hyperparameters", "object", "an object of strings", given));
  for (const name of Object.keys(given)) {
    if (!isHyperparameter(name) && !/^(_|sagemaker_)/.test(name)) {
      fail(unknown(PATH, name, Object.keys(hyperparameters)));
    }
  }
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries<Field>(hyperparameters)) {
    const value = readOne(name, field, given[name], fail);
    if (value !== undefined) values[camelCase(name)] = value;
  }
  const result = values as unknown as Hyperparameters;
  checkTogether(result, given, fail);
  return result;
}

/** Whether there is such a hyperparameter. */
export function isHyperparameter(name: string): name is HyperparameterName {
  return Object.hasOwn(hyperparameters, name);
}

/** `mini_batch_size` -> `miniBatchSize`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function readOne(name: string, field: Field, given: unknown, fail: Fail): unknown {
  const rule = field.type === "boolean" ? "0, 1, true or false" : ruleText(field, field.unit);
  if (given === undefined) {
    if (field.required) fail(missing(`${PATH}${name}`, field.type, rule));
    return field.default;
  }
  // By hand numbers and flags come as they are.
  const text = typeof given === "number" || typeof given === "boolean" ? String(given) : given;
  const value = typeof text === "string" ? readText(field, text.trim()) : undefined;
  if (!fits(field, value)) fail(wrong(`${PATH}${name}`, field.type, rule, given, remedyFor(field)));
  return value;
}

/** What a text stands for, or undefined. */
function readText(rule: Rule, text: string): unknown {
  switch (rule.type) {
    case "integer":
    case "number":
      return DECIMAL.test(text) ? Number(text) : undefined;
    case "boolean":
      return FLAGS[text.toLowerCase()];
    case "choice":
      return rule.values.find((value) => String(value) === text);
    case "list":
      return text === "" ? [] : text.split(",").map((item) => readText(rule.of, item.trim()));
    default:
      return text;
  }
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const FLAGS: Readonly<Record<string, boolean | undefined>> = {
  "1": true,
  true: true,
  "0": false,
  false: false,
};

/** The rules of the guide between two hyperparameters. */
function checkTogether(values: Hyperparameters, given: Readonly<Record<string, unknown>>, fail: Fail): void {
  const { numClasses, numTrainingSamples, epochs, imageShape, topK, resize } = values;
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
  if (given.mini_batch_size !== undefined && values.miniBatchSize > numTrainingSamples) {
    refuse("mini_batch_size", `at most num_training_samples (${numTrainingSamples})`, "Lower it.");
  }
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
