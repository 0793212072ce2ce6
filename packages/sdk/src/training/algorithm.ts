import type { BuiltInAlgorithm } from "@sightline/contract/built-in-algorithms";
import { checkInteger } from "../checks/numbers.js";
import { InvalidInputError } from "../errors.js";
import { builtInImageUri } from "../images/built-in-image-uri.js";
import type { ContainerImage } from "../images/container-image.js";
import type { MetricPattern } from "./metrics.js";

/** What a training job runs: an image with its hyperparameters. Plain data. */
export interface TrainingAlgorithm {
  /** Beginning of the names of jobs without a name of their own. */
  readonly name: string;
  /** The training image: one of your own, or a built-in one, whose URI depends on the region. */
  readonly image:
    | ContainerImage
    | {
        readonly kind: "built-in";
        /** Which built-in algorithm. */
        readonly algorithm: BuiltInAlgorithm;
      };
  /** As sent: strings only. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** How metrics are found in the log. */
  readonly metrics: readonly MetricPattern[];
  /** Channels that must be given. */
  readonly requiredChannels: readonly string[];
  /** Channels that the algorithm reads; another is refused. Left out: any. */
  readonly knownChannels?: readonly string[];
  /** Instance families that the algorithm runs on, for example `p3`; empty when any will do. */
  readonly instanceFamilies: readonly string[];
}

/** A training program of your own. */
export interface CustomAlgorithmOptions {
  /** The training image. */
  readonly image: ContainerImage;
  /** Values are turned into strings; objects and arrays into JSON. */
  readonly hyperparameters?: Readonly<Record<string, unknown>>;
  /** How metrics are found in the log. Default: none. */
  readonly metrics?: readonly MetricPattern[];
  /** Channels that must be given. Default: none. */
  readonly requiredChannels?: readonly string[];
  /** Beginning of the names of jobs. Default `training`. */
  readonly name?: string;
}

/**
 * Any training program in an image of your own.
 *
 * @throws InvalidInputError for more than 100 hyperparameters, or a value of more than 2,500 characters
 * @example
 * ```ts
 * customAlgorithm({ image: containerImage("own:1"), hyperparameters: { depth: 3 } }).hyperparameters; // { depth: "3" }
 * ```
 */
export function customAlgorithm(options: CustomAlgorithmOptions): TrainingAlgorithm {
  const hyperparameters = Object.fromEntries(
    Object.entries(options.hyperparameters ?? {}).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  checkHyperparameters(hyperparameters);
  return {
    name: options.name ?? "training",
    image: options.image,
    hyperparameters,
    metrics: options.metrics ?? [],
    requiredChannels: options.requiredChannels ?? [],
    instanceFamilies: [],
  };
}

/** SageMaker's limits: 100 hyperparameters, names up to 256 characters, values up to 2,500. */
export function checkHyperparameters(values: Readonly<Record<string, string>>): void {
  checkInteger(
    "number of hyperparameters",
    Object.keys(values).length,
    0,
    100,
    "Put the rest into a channel.",
  );
  for (const [name, value] of Object.entries(values)) {
    if (name.length < 1 || name.length > 256) {
      throw new InvalidInputError("hyperparameter name", "1 to 256 characters long", name, "Rename it.");
    }
    if (typeof value !== "string" || value.length > 2500) {
      throw new InvalidInputError(
        `hyperparameter ${name}`,
        "a string of at most 2,500 characters",
        value,
        "Put longer values into a file of a channel.",
      );
    }
  }
}

/** The URI of the algorithm's image in that region. */
export function algorithmImageUri(algorithm: TrainingAlgorithm, region: string): string {
  return algorithm.image.kind === "built-in"
    ? builtInImageUri(algorithm.image.algorithm, region)
    : algorithm.image.uri;
}
