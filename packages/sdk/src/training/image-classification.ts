import { checkInteger, checkNumber, checkOneOf } from "../checks/numbers.js";
import { InvalidInputError } from "../errors.js";
import type { ContainerImage } from "../images/image-uri.js";
import { checkHyperparameters, type TrainingAlgorithm } from "./algorithm.js";
import { imageClassificationMetrics } from "./metrics.js";

/**
 * Hyperparameters of SageMaker's built-in image classification, under the names of its guide in camel case.
 * Left out, the algorithm's own default applies.
 */
export interface ImageClassificationOptions {
  /** Classes, at least 2. */
  readonly numClasses: number;
  /** Images in the train channel. The algorithm needs it to know an epoch's end. */
  readonly numTrainingSamples: number;
  /** Channels, height, width in pixels. Default [3, 224, 224]. */
  readonly imageShape?: readonly [channels: number, height: number, width: number];
  /** 18, 34, 50, 101, 152, 200; for images of CIFAR's size 20, 32, 44, 56, 110. Default 152. */
  readonly numLayers?: number;
  /** Start from weights learnt on ImageNet. Default false. */
  readonly usePretrainedModel?: boolean;
  /** Default 30. */
  readonly epochs?: number;
  /** Images of one step, at most `numTrainingSamples`. Default 32. */
  readonly miniBatchSize?: number;
  /** 0 to 1. Default 0.1. */
  readonly learningRate?: number;
  /** Default `sgd`. */
  readonly optimizer?: "sgd" | "adam" | "rmsprop" | "nag";
  /** 0 to 1; of sgd and nag. Default 0.9. */
  readonly momentum?: number;
  /** 0 to 1. Default 0.0001. */
  readonly weightDecay?: number;
  /** 0 to 1; of adam. Default 0.9. */
  readonly beta1?: number;
  /** 0 to 1; of adam. Default 0.999. */
  readonly beta2?: number;
  /** 0 to 1; of adam and rmsprop. Default 1e-8. */
  readonly eps?: number;
  /** 0 to 1; of rmsprop. Default 0.9. */
  readonly gamma?: number;
  /** What the learning rate is multiplied by at each step, 0 to 1. Default 0.1. */
  readonly lrSchedulerFactor?: number;
  /** Epochs at which the learning rate changes, ascending. Default: none. */
  readonly lrSchedulerStep?: readonly number[];
  /** Also report the accuracy among the k best classes; above 1. */
  readonly topK?: number;
  /** Epochs between checkpoints, at most `epochs`. */
  readonly checkpointFrequency?: number;
  /** Default `float32`. */
  readonly precisionDtype?: "float32" | "float16";
  /** Default: none. */
  readonly augmentationType?: "crop" | "crop_color" | "crop_color_transform";
  /** How several instances exchange gradients. */
  readonly kvStore?: "dist_sync" | "dist_async";
  /** Several classes may hold for one image. Default false. */
  readonly multiLabel?: boolean;
  /** Weigh classes by their frequency (with `multiLabel`). Default false. */
  readonly useWeightedLoss?: boolean;
  /** Shorter side in pixels before cropping, for `application/x-image` channels. */
  readonly resize?: number;
  /** Stop when the validation accuracy no longer rises. Default: never. */
  readonly earlyStopping?: {
    /** Default 10. */
    readonly minEpochs?: number;
    /** Epochs without a rise. Default 5. */
    readonly patience?: number;
    /** Relative rise that counts. Default 0. */
    readonly tolerance?: number;
  };
  /** This project's container in your registry, in place of the built-in image; same hyperparameters. */
  readonly image?: ContainerImage;
  /** Any further hyperparameter, as it is. */
  readonly extraHyperparameters?: Readonly<Record<string, string>>;
}

const IMAGENET_LAYERS: readonly number[] = [18, 34, 50, 101, 152, 200];
const CIFAR_LAYERS: readonly number[] = [20, 32, 44, 56, 110];
/** The guide: nets for images above this side are those of ImageNet. */
const CIFAR_LARGEST_SIDE = 28;

/** Instance families that the built-in image trains on (its guide, "EC2 Instance Recommendation"). */
const GPU_FAMILIES: readonly string[] = ["p2", "p3", "p3dn", "g4dn", "g5"];

/**
 * SageMaker's image classification: a residual network on RecordIO or image channels.
 *
 * @throws InvalidInputError when a hyperparameter breaks a rule of the algorithm's guide.
 * @example
 * imageClassification({ numClasses: 10, numTrainingSamples: 1567, imageShape: [3, 210, 280], epochs: 5 })
 */
export function imageClassification(options: ImageClassificationOptions): TrainingAlgorithm {
  checkOptions(options);
  const early = options.earlyStopping;
  const values: Readonly<Record<string, string | number | boolean | undefined>> = {
    num_classes: options.numClasses,
    num_training_samples: options.numTrainingSamples,
    image_shape: options.imageShape?.join(","),
    num_layers: options.numLayers,
    use_pretrained_model: options.usePretrainedModel,
    epochs: options.epochs,
    mini_batch_size: options.miniBatchSize,
    learning_rate: options.learningRate,
    optimizer: options.optimizer,
    momentum: options.momentum,
    weight_decay: options.weightDecay,
    beta_1: options.beta1,
    beta_2: options.beta2,
    eps: options.eps,
    gamma: options.gamma,
    lr_scheduler_factor: options.lrSchedulerFactor,
    lr_scheduler_step: options.lrSchedulerStep?.join(","),
    top_k: options.topK,
    checkpoint_frequency: options.checkpointFrequency,
    precision_dtype: options.precisionDtype,
    augmentation_type: options.augmentationType,
    kv_store: options.kvStore,
    multi_label: options.multiLabel,
    use_weighted_loss: options.useWeightedLoss,
    resize: options.resize,
    early_stopping: early === undefined ? undefined : "True",
    early_stopping_min_epochs: early?.minEpochs,
    early_stopping_patience: early?.patience,
    early_stopping_tolerance: early?.tolerance,
  };
  const hyperparameters: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined)
      hyperparameters[name] = typeof value === "boolean" ? (value ? "1" : "0") : String(value);
  }
  Object.assign(hyperparameters, options.extraHyperparameters);
  checkHyperparameters(hyperparameters);
  return {
    name: "image-classification",
    image: options.image ?? { kind: "built-in", algorithm: "image-classification" },
    hyperparameters,
    metrics: imageClassificationMetrics,
    requiredChannels: ["train", "validation"],
    instanceFamilies: options.image === undefined ? GPU_FAMILIES : [],
  };
}

function checkOptions(options: ImageClassificationOptions): void {
  const most = Number.MAX_SAFE_INTEGER;
  checkInteger("numClasses", options.numClasses, 2, most, "Classification needs two classes or more.");
  checkInteger("numTrainingSamples", options.numTrainingSamples, 1, most);
  checkImageShape(options);
  checkInteger("epochs", options.epochs, 1, most);
  checkInteger(
    "miniBatchSize",
    options.miniBatchSize,
    1,
    options.numTrainingSamples,
    "A batch cannot have more images than the train channel.",
  );
  checkOneOf("optimizer", options.optimizer, ["sgd", "adam", "rmsprop", "nag"]);
  const fractions = ["learningRate", "momentum", "weightDecay", "beta1", "beta2", "eps", "gamma"] as const;
  for (const field of [...fractions, "lrSchedulerFactor"] as const) checkNumber(field, options[field], 0, 1);
  checkInteger("topK", options.topK, 2, options.numClasses, "Leave it out for the plain accuracy.");
  checkInteger(
    "checkpointFrequency",
    options.checkpointFrequency,
    1,
    options.epochs ?? 30,
    "At most `epochs`.",
  );
  checkOneOf("precisionDtype", options.precisionDtype, ["float32", "float16"]);
  checkOneOf("augmentationType", options.augmentationType, ["crop", "crop_color", "crop_color_transform"]);
  checkOneOf("kvStore", options.kvStore, ["dist_sync", "dist_async"]);
  const steps = options.lrSchedulerStep ?? [];
  if (steps.some((step, index) => !Number.isInteger(step) || step <= (steps[index - 1] ?? 0))) {
    throw new InvalidInputError("lrSchedulerStep", "ascending whole epochs from 1", steps, "Sort them.");
  }
  checkInteger("earlyStopping.minEpochs", options.earlyStopping?.minEpochs, 1, most);
  checkInteger("earlyStopping.patience", options.earlyStopping?.patience, 1, most);
  checkNumber("earlyStopping.tolerance", options.earlyStopping?.tolerance, 0, 1);
}

function checkImageShape(options: ImageClassificationOptions): void {
  const [channels, height, width] = options.imageShape ?? [3, 224, 224];
  if (channels !== 1 && channels !== 3) {
    throw new InvalidInputError(
      "imageShape[0]",
      "1 or 3 channels",
      channels,
      "The order is channels, height, width.",
    );
  }
  checkInteger("imageShape[1]", height, 1, 16_384);
  checkInteger("imageShape[2]", width, 1, 16_384);
  const pretrained = options.usePretrainedModel === true;
  const small = Math.max(height, width) <= CIFAR_LARGEST_SIDE;
  const layers = pretrained
    ? IMAGENET_LAYERS
    : small
      ? [...CIFAR_LAYERS, ...IMAGENET_LAYERS]
      : IMAGENET_LAYERS;
  const why = pretrained
    ? "Pretrained weights exist for these nets only."
    : `The others are for images of up to ${CIFAR_LARGEST_SIDE} pixels.`;
  checkOneOf("numLayers", options.numLayers, layers, why);
  checkInteger(
    "resize",
    options.resize,
    Math.max(height, width) + 1,
    16_384,
    "It must be larger than imageShape.",
  );
}
