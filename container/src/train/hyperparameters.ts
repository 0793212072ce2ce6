import { JobInputError } from "../shared/errors.js";
import { isRecord } from "../shared/read-json.js";

/** The built-in algorithm's hyperparameters, checked and typed; `seed` is the only addition. */
export interface Hyperparameters {
  readonly numClasses: number;
  readonly numTrainingSamples: number;
  readonly optimizer: "sgd" | "adam" | "rmsprop" | "nag";
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly gamma: number;
  readonly lrSchedulerFactor: number;
  /** Epochs at which the learning rate is multiplied by the factor. */
  readonly lrSchedulerStep: readonly number[];
  readonly epochs: number;
  readonly miniBatchSize: number;
  /** Also reports whether the label is among the k likeliest classes. */
  readonly topK?: number;
  readonly checkpointFrequency: number;
  readonly earlyStopping: boolean;
  readonly earlyStoppingMinEpochs: number;
  readonly earlyStoppingPatience: number;
  readonly earlyStoppingTolerance: number;
  readonly augmentationType?: "crop" | "crop_color" | "crop_color_transform";
  /** Width and height of a backbone whose own size is free, from `image_shape`. */
  readonly imageShape: readonly [channels: number, height: number, width: number];
  readonly seed: number;
  /** Names that were given and are valid but change nothing here, each with the reason. */
  readonly withoutEffect: Readonly<Record<string, string>>;
}

const LAYERS = [18, 34, 50, 101, 152, 200, 20, 32, 44, 56, 110].map(String);
const AUGMENTATIONS = ["crop", "crop_color", "crop_color_transform"] as const;
const OPTIMIZERS = ["sgd", "adam", "rmsprop", "nag"] as const;
const FROZEN = "the backbone is frozen and comes with the channel of that name";

const NO_EFFECT: Readonly<Record<string, string>> = {
  num_layers: FROZEN,
  use_pretrained_model: FROZEN,
  kv_store: "one instance trains",
  precision_dtype: "features and head are float32",
  resize: "pictures are stretched to the backbone's input",
  use_weighted_loss: "it is for multi_label only",
};

/**
 * Checks `hyperparameters.json`: names, types and ranges as the built-in image-classification algorithm has them.
 *
 * @throws JobInputError that names the hyperparameter, what it must be and what it is
 */
export function parseHyperparameters(given: unknown): Hyperparameters {
  if (!isRecord(given)) throw new JobInputError("hyperparameters.json must hold an object of strings.");
  const reader = new Reader(given);
  const numClasses = reader.integer("num_classes", { min: 2 });
  const epochs = reader.integer("epochs", { fallback: 30 });
  const topK = reader.has("top_k") ? reader.integer("top_k", { min: 2 }) : undefined;
  const augmentationType = reader.has("augmentation_type")
    ? reader.oneOf("augmentation_type", AUGMENTATIONS, "crop")
    : undefined;
  if (topK !== undefined && topK > numClasses) {
    throw new JobInputError(`Hyperparameter top_k must be at most num_classes (${numClasses}), not ${topK}.`);
  }
  const result: Hyperparameters = {
    numClasses,
    numTrainingSamples: reader.integer("num_training_samples"),
    optimizer: reader.oneOf("optimizer", OPTIMIZERS, "sgd"),
    learningRate: reader.fraction("learning_rate", 0.1),
    momentum: reader.fraction("momentum", 0.9),
    weightDecay: reader.fraction("weight_decay", 1e-4),
    beta1: reader.fraction("beta_1", 0.9),
    beta2: reader.fraction("beta_2", 0.999),
    eps: reader.fraction("eps", 1e-8),
    gamma: reader.fraction("gamma", 0.9),
    lrSchedulerFactor: reader.fraction("lr_scheduler_factor", 0.1),
    lrSchedulerStep: reader.steps("lr_scheduler_step"),
    epochs,
    miniBatchSize: reader.integer("mini_batch_size", { fallback: 32 }),
    ...(topK === undefined ? {} : { topK }),
    checkpointFrequency: reader.integer("checkpoint_frequency", { fallback: 1, max: epochs }),
    earlyStopping: reader.flag("early_stopping"),
    earlyStoppingMinEpochs: reader.integer("early_stopping_min_epochs", { fallback: 10 }),
    earlyStoppingPatience: reader.integer("early_stopping_patience", { fallback: 5 }),
    earlyStoppingTolerance: reader.fraction("early_stopping_tolerance", 0),
    ...(augmentationType === undefined ? {} : { augmentationType }),
    imageShape: reader.shape("image_shape"),
    seed: reader.integer("seed", { fallback: 0, min: 0, max: 2 ** 32 - 1 }),
    withoutEffect: reader.withoutEffect(),
  };
  if (reader.flag("multi_label")) {
    throw new JobInputError(
      "Hyperparameter multi_label=1 is not supported by this image: each picture has exactly one class.",
    );
  }
  reader.refuseUnknown();
  return result;
}

interface IntegerRule {
  readonly fallback?: number;
  readonly min?: number;
  readonly max?: number;
}

class Reader {
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #known = new Set<string>();

  constructor(given: Readonly<Record<string, unknown>>) {
    this.#given = given;
  }

  has(name: string): boolean {
    return this.#text(name) !== undefined;
  }

  integer(name: string, { fallback, min = 1, max = Number.MAX_SAFE_INTEGER }: IntegerRule = {}): number {
    const text = this.#text(name) ?? (fallback === undefined ? this.#missing(name) : String(fallback));
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max || text === "") {
      const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `of ${min} to ${max}`;
      throw new JobInputError(`Hyperparameter ${name} must be an integer ${range}, not "${text}".`);
    }
    return value;
  }

  /** A number of 0 to 1, as the built-in algorithm wants all of its rates. */
  fraction(name: string, fallback: number): number {
    const text = this.#text(name) ?? String(fallback);
    const value = Number(text);
    if (text === "" || !(value >= 0 && value <= 1)) {
      throw new JobInputError(`Hyperparameter ${name} must be a number of 0 to 1, not "${text}".`);
    }
    return value;
  }

  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const text = this.#text(name) ?? fallback;
    const value = values.find((item) => item === text);
    if (value === undefined) {
      throw new JobInputError(`Hyperparameter ${name} must be one of ${values.join(", ")}, not "${text}".`);
    }
    return value;
  }

  flag(name: string): boolean {
    const text = (this.#text(name) ?? "0").toLowerCase();
    if (text === "1" || text === "true") return true;
    if (text === "0" || text === "false") return false;
    throw new JobInputError(`Hyperparameter ${name} must be 0, 1, true or false, not "${text}".`);
  }

  steps(name: string): number[] {
    const text = this.#text(name);
    if (text === undefined || text === "") return [];
    const steps = text.split(",").map((item) => Number(item.trim() || Number.NaN));
    const rises = steps.every((step, i) => Number.isInteger(step) && step > (i === 0 ? 0 : steps[i - 1]!));
    if (!rises) {
      throw new JobInputError(
        `Hyperparameter ${name} must be rising epoch numbers such as "10,20", not "${text}".`,
      );
    }
    return steps;
  }

  shape(name: string): [number, number, number] {
    const text = this.#text(name) ?? "3,224,224";
    const sides = text.split(",").map(Number);
    if (sides.length !== 3 || sides.some((side) => !Number.isInteger(side) || side < 1 || side > 2048)) {
      throw new JobInputError(
        `Hyperparameter ${name} must be "channels,height,width" in pixels such as "3,224,224", not "${text}".`,
      );
    }
    if (sides[0] !== 3)
      throw new JobInputError(`Hyperparameter ${name} must have 3 channels (colour), not ${sides[0]}.`);
    return sides as [number, number, number];
  }

  withoutEffect(): Record<string, string> {
    this.oneOf("num_layers", LAYERS, "152");
    this.flag("use_pretrained_model");
    this.oneOf("kv_store", ["dist_sync", "dist_async"], "dist_sync");
    this.oneOf("precision_dtype", ["float32", "float16"], "float32");
    if (this.has("resize")) this.integer("resize");
    this.flag("use_weighted_loss");
    return Object.fromEntries(Object.entries(NO_EFFECT).filter(([name]) => this.has(name)));
  }

  refuseUnknown(): void {
    // Names with "_" or "sagemaker_" in front are put there by SageMaker's tuning and toolkits.
    const unknown = Object.keys(this.#given).filter(
      (name) => !this.#known.has(name) && !name.startsWith("_") && !name.startsWith("sagemaker_"),
    );
    if (unknown.length > 0) {
      throw new JobInputError(
        `Hyperparameter ${unknown.join(", ")} is not known. Known are ${[...this.#known].sort().join(", ")}.`,
      );
    }
  }

  #text(name: string): string | undefined {
    this.#known.add(name);
    const value = this.#given[name];
    if (value === undefined) return undefined;
    if (typeof value === "string") return value.trim();
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw new JobInputError(
      `Hyperparameter ${name} must be a string, as SageMaker sends them, not ${JSON.stringify(value)}.`,
    );
  }

  #missing(name: string): never {
    throw new JobInputError(`Hyperparameter ${name} is required and missing.`);
  }
}
