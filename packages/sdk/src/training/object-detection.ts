import { detectionChannels } from "@sightline/contract/channels";
import {
  detectionHyperparameters,
  readDetectionHyperparameters,
} from "@sightline/contract/detection-hyperparameters";
import type { TrainingAlgorithm } from "./algorithm.js";
import { type BuiltInOptions, builtInAlgorithm } from "./built-in-algorithm.js";
import { objectDetectionMetrics } from "./metrics.js";

/**
 * Hyperparameters of SageMaker's built-in object detection, under the names of its guide in camel case. Left out, the
 * algorithm's own default applies.
 */
export interface ObjectDetectionOptions extends BuiltInOptions {
  /** Classes without the background, at least 1. */
  readonly numClasses: number;
  /** Images in the train channel. The algorithm needs it to know an epoch's end. */
  readonly numTrainingSamples: number;
  /** Net in front of the heads. Default `vgg-16`. */
  readonly baseNetwork?: "vgg-16" | "resnet-50";
  /** Start from weights learnt on ImageNet. Default true. */
  readonly usePretrainedModel?: boolean;
  /** Side in pixels of the square that images are stretched to, at least 300; 300 and 512 are advised. Default 300. */
  readonly imageShape?: number;
  /** Default 30. */
  readonly epochs?: number;
  /** Images of one step, at most `numTrainingSamples`. Default 32. */
  readonly miniBatchSize?: number;
  /** Above 0, at most 1. Default 0.001. */
  readonly learningRate?: number;
  /** Default `sgd`. */
  readonly optimizer?: "sgd" | "adam" | "rmsprop" | "adadelta";
  /** Of sgd; above 0, at most 1. Default 0.9. */
  readonly momentum?: number;
  /** Of sgd and rmsprop; above 0, below 1. Default 0.0005. */
  readonly weightDecay?: number;
  /** What the learning rate is multiplied by at each step; above 0, below 1. Default 0.1. */
  readonly lrSchedulerFactor?: number;
  /** Epochs at which the learning rate changes, ascending. Default: none. */
  readonly lrSchedulerStep?: readonly number[];
  /** IoU from which a box counts as found in the evaluation; above 0, at most 1. Default 0.5. */
  readonly overlapThreshold?: number;
  /** IoU from which the weaker of two boxes is left out; above 0, at most 1. Default 0.45. */
  readonly nmsThreshold?: number;
  /** Room for the labels of one image: 2 numbers, and 5 for each of its boxes. Default 350. */
  readonly labelWidth?: number;
  /** Regular expression of the base network's layers that stay as they are. Default: none. */
  readonly freezeLayerPattern?: string;
}

/**
 * SageMaker's object detection: SSD on VGG-16 or ResNet-50, on RecordIO or image channels. The local SageMaker, and
 * this project's container, train a linear SSD head on a frozen backbone with the same hyperparameters.
 *
 * @throws InvalidInputError when a hyperparameter breaks a rule of the algorithm's guide.
 * @example
 * objectDetection({ numClasses: 1, numTrainingSamples: 128, baseNetwork: "resnet-50", imageShape: 512 })
 */
export function objectDetection(options: ObjectDetectionOptions): TrainingAlgorithm {
  return builtInAlgorithm(options, {
    name: "object-detection",
    table: detectionHyperparameters,
    read: readDetectionHyperparameters,
    channels: detectionChannels,
    metrics: objectDetectionMetrics,
    ownImage: { task: "object-detection" },
  });
}
