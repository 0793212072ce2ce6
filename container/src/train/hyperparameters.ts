import type { HyperparameterName } from "@sightline/contract/hyperparameter-table";
import { type Hyperparameters as Known, readHyperparameters } from "@sightline/contract/hyperparameters";
import { MAX_INPUT_SIDE } from "@sightline/contract/image-input";
import { JobInputError } from "../shared/errors.js";
import { idleAmong, type WithoutEffect, type WithoutIdle, withoutIdle } from "./without-effect.js";

/** What a job trains with here. */
export interface Hyperparameters extends WithoutIdle<Known, typeof IDLE>, WithoutEffect {}

const FROZEN = "the backbone is frozen and comes with the channel of that name";
const IDLE = {
  num_layers: FROZEN,
  use_pretrained_model: FROZEN,
  kv_store: "the first instance trains, on the features of all",
  precision_dtype: "features and head are float32",
  resize: "pictures are stretched to the backbone's input",
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
  const used = withoutIdle(IDLE, known);
  const [channels, height, width] = used.imageShape;
  if (channels !== 3)
    throw new JobInputError(`Hyperparameter image_shape must have 3 channels (colour), not ${channels}.`);
  if (Math.max(height, width) > MAX_INPUT_SIDE) {
    throw new JobInputError(
      `Hyperparameter image_shape must have sides of at most ${MAX_INPUT_SIDE} pixels, not ${height} x ${width}.`,
    );
  }
  if (!used.multiLabel || used.topK === undefined) return { ...used, withoutEffect: idleAmong(IDLE, given) };
  const { topK: _, ...others } = used;
  const idle = { ...IDLE, top_k: "with multi_label every class is answered by itself" };
  return { ...others, withoutEffect: idleAmong(idle, given) };
}
