import type { ContainerImage } from "../images/container-image.js";
import type { UploadedScript } from "../scripts/upload-script.js";
import { checkHyperparameters, type TrainingAlgorithm } from "./algorithm.js";
import type { MetricPattern } from "./metrics.js";

/** A training script of your own in a framework's image. */
export interface ScriptAlgorithmOptions {
  /** An image that runs scripts: one of AWS's for PyTorch, TensorFlow, scikit-learn..., or one with its training toolkit. */
  readonly image: ContainerImage;
  /** The script, from uploadScript(). */
  readonly script: UploadedScript;
  /** What the script is told: `--name value` on its command line. Sent as JSON. */
  readonly hyperparameters?: Readonly<Record<string, unknown>>;
  /** How metrics are found in the log. Default: none. */
  readonly metrics?: readonly MetricPattern[];
  /** Channels that must be given. Default: none. */
  readonly requiredChannels?: readonly string[];
  /** Beginning of the names of jobs. Default `training`. */
  readonly name?: string;
}

/**
 * A training script in a framework's image (script mode), sent as the estimators of the Python SDK send theirs.
 *
 * @throws InvalidInputError for more than 98 hyperparameters, or a value of more than 2,500 characters
 * @example
 * ```ts
 * const script = await uploadScript(session, "train.mjs");
 * const image = containerImage("own:1");
 * scriptAlgorithm({ image, script, hyperparameters: { epochs: 3 } }).hyperparameters.sagemaker_program; // "\"train.mjs\""
 * ```
 */
export function scriptAlgorithm(options: ScriptAlgorithmOptions): TrainingAlgorithm {
  const { script, image, metrics = [], requiredChannels = [], name = "training" } = options;
  const sent = {
    ...options.hyperparameters,
    sagemaker_program: script.program,
    sagemaker_submit_directory: script.uri,
  };
  const hyperparameters = Object.fromEntries(
    Object.entries(sent).map(([key, value]) => [key, JSON.stringify(value)]),
  );
  checkHyperparameters(hyperparameters);
  return { name, image, hyperparameters, metrics, requiredChannels, instanceFamilies: [] };
}
