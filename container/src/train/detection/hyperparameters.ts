import {
  type DetectionHyperparameterName,
  type DetectionHyperparameters,
  readDetectionHyperparameters,
} from "@sightline/contract/detection-hyperparameters";
import { MAX_INPUT_SIDE } from "@sightline/contract/image-input";
import { JobInputError } from "../../shared/errors.js";
import type { OptimizerOptions } from "../optimizer.js";
import { idleAmong, type WithoutEffect, type WithoutIdle, withoutIdle } from "../without-effect.js";

/** What a detection job trains with here: SageMaker's hyperparameters, and what MXNet's optimizers take besides. */
export interface DetectionSettings
  extends Omit<WithoutIdle<DetectionHyperparameters, typeof IDLE>, "optimizer" | "task">,
    OptimizerOptions,
    WithoutEffect {}

const FROZEN = "the backbone is frozen as a whole and comes with the channel of that name";
const IDLE = {
  base_network: FROZEN,
  use_pretrained_model: FROZEN,
  freeze_layer_pattern: FROZEN,
  label_width: "labels of any length are read",
  kv_store: "one instance trains",
} as const satisfies Partial<Record<DetectionHyperparameterName, string>>;

/** MXNet's own settings of optimizers, for which the algorithm has no hyperparameters. */
const OPTIMIZER = { beta1: 0.9, beta2: 0.999, eps: 1e-8, gamma: 0.9 };

/**
 * Checks `hyperparameters.json`: names, types and ranges as the built-in object detection has them.
 *
 * @throws JobInputError that names the hyperparameter, what it must be and what it is
 */
export function parseDetectionHyperparameters(given: unknown): DetectionSettings {
  const known = readDetectionHyperparameters(given, ({ message }) => {
    throw new JobInputError(message);
  });
  if (known.imageShape > MAX_INPUT_SIDE) {
    throw new JobInputError(
      `Hyperparameter image_shape must be at most ${MAX_INPUT_SIDE} pixels, not ${known.imageShape}.`,
    );
  }
  const { task: _, ...used } = withoutIdle(IDLE, known);
  return { ...used, ...OPTIMIZER, withoutEffect: idleAmong(IDLE, given) };
}
