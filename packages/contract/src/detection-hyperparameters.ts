import type { Field, Table } from "./field.js";
import { checkMiniBatch, checkNames, readRows } from "./hyperparameter-reader.js";
import { earlyStopping, shared } from "./hyperparameter-table.js";
import type { Fail } from "./problem.js";

const share = { type: "number", above: 0, max: 1 } as const;
const count = { type: "integer", min: 1 } as const;
const flag = { type: "boolean", default: false } as const;

/** Numbers in front of the boxes of a picture's labels, and numbers of one box, at the least. */
const [HEADER_WIDTH, OBJECT_WIDTH] = [2, 5];

/**
 * SageMaker's hyperparameters of object detection, as its guide has them; `task` and `seed` are this project's
 * container's own. Sent as strings.
 */
export const detectionHyperparameters = {
  num_classes: { ...count, required: true, meaning: "Classes, without the background" },
  num_training_samples: { ...count, required: true, meaning: "Pictures in channel train" },
  base_network: {
    type: "choice",
    values: ["vgg-16", "resnet-50"],
    default: "vgg-16",
    meaning: "Net in front of the heads",
  },
  use_pretrained_model: { type: "boolean", default: true, meaning: "Start from weights learnt on ImageNet" },
  image_shape: {
    type: "integer",
    min: 300,
    max: 16_384,
    unit: "pixels",
    default: 300,
    meaning: "Side of the square that pictures are stretched to; 300 and 512 are advised",
  },
  epochs: shared.epochs,
  mini_batch_size: shared.mini_batch_size,
  learning_rate: { ...share, default: 0.001, meaning: "Size of a step" },
  optimizer: {
    type: "choice",
    values: ["sgd", "adam", "rmsprop", "adadelta"],
    default: "sgd",
    meaning: "How steps follow from gradients",
  },
  momentum: { ...share, default: 0.9, meaning: "Of sgd" },
  weight_decay: {
    type: "number",
    above: 0,
    below: 1,
    default: 0.0005,
    meaning: "Pull of weights towards 0, of sgd and rmsprop",
  },
  lr_scheduler_factor: {
    type: "number",
    above: 0,
    below: 1,
    default: 0.1,
    meaning: "What the learning rate is multiplied by at each step of the schedule",
  },
  lr_scheduler_step: shared.lr_scheduler_step,
  overlap_threshold: { ...share, default: 0.5, meaning: "IoU from which a box is found, in the evaluation" },
  nms_threshold: { ...share, default: 0.45, meaning: "IoU from which the weaker of two boxes is left out" },
  label_width: {
    type: "integer",
    min: HEADER_WIDTH + OBJECT_WIDTH,
    unit: "numbers",
    default: 350,
    meaning: "Room for a picture's labels: 2, and 5 for each box",
  },
  freeze_layer_pattern: { type: "text", empty: true, meaning: "Regular expression of layers that stay" },
  kv_store: {
    type: "choice",
    values: ["dist_sync", "dist_async"],
    meaning: "How several instances exchange gradients",
  },
  early_stopping: { ...flag, meaning: "Stop when the validation's mAP no longer rises" },
  ...earlyStopping,
  task: {
    type: "choice",
    values: ["object-detection"],
    meaning: "Tells this project's image, which also classifies, what to train (not the built-in image's)",
  },
  seed: shared.seed,
} as const satisfies Table & Record<string, Field>;

/** Name of a hyperparameter of object detection. */
export type DetectionHyperparameterName = keyof typeof detectionHyperparameters;

/** The hyperparameters of object detection, checked and typed, every default filled in. */
export interface DetectionHyperparameters {
  /** Without the background, at least 1. */
  readonly numClasses: number;
  /** Pictures in channel train, at least 1. */
  readonly numTrainingSamples: number;
  /** Net in front of the heads. */
  readonly baseNetwork: "vgg-16" | "resnet-50";
  /** Start from weights learnt on ImageNet. */
  readonly usePretrainedModel: boolean;
  /** Side of the square that pictures are stretched to, at least 300 pixels. */
  readonly imageShape: number;
  /** At least 1. */
  readonly epochs: number;
  /** Pictures of one step, at least 1. */
  readonly miniBatchSize: number;
  /** Above 0, at most 1. */
  readonly learningRate: number;
  /** How steps follow from gradients. */
  readonly optimizer: "sgd" | "adam" | "rmsprop" | "adadelta";
  /** Of sgd, above 0, at most 1. */
  readonly momentum: number;
  /** Of sgd and rmsprop, above 0, below 1. */
  readonly weightDecay: number;
  /** Above 0, below 1. */
  readonly lrSchedulerFactor: number;
  /** Epochs at which the learning rate is multiplied by the factor, rising. */
  readonly lrSchedulerStep: readonly number[];
  /** IoU from which a box is found, in the evaluation; above 0, at most 1. */
  readonly overlapThreshold: number;
  /** IoU from which the weaker of two boxes is left out; above 0, at most 1. */
  readonly nmsThreshold: number;
  /** Room for a picture's labels: 2, and 5 for each box. */
  readonly labelWidth: number;
  /** Regular expression of layers that stay. */
  readonly freezeLayerPattern?: string;
  /** How several instances exchange gradients. */
  readonly kvStore?: "dist_sync" | "dist_async";
  /** Stop when the validation's mAP no longer rises. */
  readonly earlyStopping: boolean;
  /** Epochs before which there is no early stop. */
  readonly earlyStoppingMinEpochs: number;
  /** Epochs without a rise. */
  readonly earlyStoppingPatience: number;
  /** Relative rise that counts, 0 to 1. */
  readonly earlyStoppingTolerance: number;
  /** What this project's image is to train. */
  readonly task?: "object-detection";
  /** Of everything random, 0 to 4,294,967,295. */
  readonly seed: number;
}

/**
 * Checks hyperparameters of object detection as they are sent, strings by their snake-case names. Names with `_` or
 * `sagemaker_` in front pass.
 *
 * @example
 * ```ts
 * readDetectionHyperparameters({ num_classes: "1", num_training_samples: "128", image_shape: "224" }, fail);
 * // fails: Hyperparameter image_shape must be an integer of 300 to 16384 pixels, but is "224". ...
 * ```
 */
export function readDetectionHyperparameters(given: unknown, fail: Fail): DetectionHyperparameters {
  const sent = checkNames(detectionHyperparameters, given, fail);
  const values = readRows(detectionHyperparameters, sent, fail) as unknown as DetectionHyperparameters;
  checkMiniBatch(values, sent, fail);
  return values;
}
