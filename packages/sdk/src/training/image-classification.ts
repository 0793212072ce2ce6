import { trainingChannels } from "@sightline/contract/channels";
import { hyperparameters } from "@sightline/contract/hyperparameter-table";
import { readHyperparameters } from "@sightline/contract/hyperparameters";
import type { TrainingAlgorithm } from "./algorithm.js";
import { type BuiltInOptions, builtInAlgorithm } from "./built-in-algorithm.js";
import { imageClassificationMetrics } from "./metrics.js";

/**
 * Hyperparameters of SageMaker's built-in image classification, under the names of its guide in camel case.
 * Left out, the algorithm's own default applies.
 */
export interface ImageClassificationOptions extends BuiltInOptions {
  /** Classes, at least 2. */
  readonly numClasses: number;
  /** Images in the train channel. The algorithm needs it to know an epoch's end. */
  readonly numTrainingSamples: number;
  /** Channels, height, width in pixels. Default [3, 224, 224]. */
  readonly imageShape?: readonly [channels: number, height: number, width: number];
  /**
   * 18, 34, 50, 101, 152, 200; for images of CIFAR's size 20, 32, 44, 56, 110. Default 152. On AWS all layers are trained,
   * on a GPU; fine-tuning them is out of reach on a CPU here, so Sightline's container trains a head on a frozen backbone
   * and lets this and `usePretrainedModel` go.
   */
  readonly numLayers?: number;
  /** Start from weights learnt on ImageNet; on AWS, see `numLayers`. Default false. */
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
  /**
   * Several classes may hold for one image: each record has a 0 or 1 for every class, the answers are one probability a
   * class that need not add up to 1, and the accuracy is the share of right yes or no. Default false.
   */
  readonly multiLabel?: boolean;
  /** Weigh classes by their frequency; the built-in image does with `multiLabel` only. Default false. */
  readonly useWeightedLoss?: boolean;
  /** Shorter side in pixels before cropping, for `application/x-image` channels. */
  readonly resize?: number;
}

/**
 * SageMaker's image classification: a residual network on RecordIO or image channels.
 *
 * @throws InvalidInputError when a hyperparameter breaks a rule of the algorithm's guide.
 * @example
 * imageClassification({ numClasses: 10, numTrainingSamples: 1567, imageShape: [3, 210, 280], epochs: 5 })
 */
export function imageClassification(options: ImageClassificationOptions): TrainingAlgorithm {
  return builtInAlgorithm(options, {
    name: "image-classification",
    table: hyperparameters,
    read: readHyperparameters,
    channels: trainingChannels,
    metrics: imageClassificationMetrics,
  });
}
