import type { HyperparameterName } from "@sightline/contract/hyperparameter-table";
import { type Hyperparameters as Known, readHyperparameters } from "@sightline/contract/hyperparameters";
import { MAX_INPUT_SIDE } from "@sightline/contract/image-input";
import { JobInputError } from "../shared/errors.js";
import { idleAmong, type WithoutEffect, type WithoutIdle, withoutIdle } from "./without-effect.js";

/** What a job trains with here. */
export interface Hyperparameters extends Omit<WithoutIdle<Known, typeof IDLE>, "multiLabel">, WithoutEffect {}

const FROZEN = "the backbone is frozen and comes with the channel of that name";
const IDLE = {
  num_layers: FROZEN,
  use_pretrained_model: FROZEN,
  kv_store: "one instance trains",
  precision_dtype: "features and head are float32",
  resize: "pictures are stretched to the backbone's input",
  use_weighted_loss: "it is for multi_label only",
} as const satisfies Partial<Record<HyperparameterName, string>>;

/**
 * Checks `hyperparameters.json`: names, types and ranges as the built-in image-classification algorithm has them.
 *
 * @throws JobInputError that names the hyperparameter, what it must be and what it is
 */
export function parseHyperparameters(given: unknown): Hyperparameters {
  const known = readHyperparameters(given, ({ message }) => {
    throw new JobInputError(message);
  });
  const { multiLabel, ...used } = withoutIdle(IDLE, known);
  if (multiLabel) {
    throw new JobInputError(
      "Hyperparameter multi_label=1 is not supported by this image: each picture has exactly one class.",
    );
  }
  const [channels, height, width] = used.imageShape;
  if (channels !== 3)
    throw new JobInputError(`Hyperparameter image_shape must have 3 channels (colour), not ${channels}.`);
  if (Math.max(height, width) > MAX_INPUT_SIDE) {
    throw new JobInputError(
      `Hyperparameter image_shape must have sides of at most ${MAX_INPUT_SIDE} pixels, not ${height} x ${width}.`,
    );
  }
  return { ...used, withoutEffect: idleAmong(IDLE, given) };
}
