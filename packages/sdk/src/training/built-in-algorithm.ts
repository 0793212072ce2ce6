import type { BuiltInAlgorithm } from "@sightline/contract/built-in-algorithms";
import { type ChannelTable, requiredChannels } from "@sightline/contract/channels";
import type { Table } from "@sightline/contract/field";
import { camelCase } from "@sightline/contract/hyperparameter-reader";
import { type Fail, unknown } from "@sightline/contract/problem";
import { refuse } from "../checks/refuse.js";
import { InvalidInputError } from "../errors.js";
import type { ContainerImage } from "../images/container-image.js";
import { checkHyperparameters, type TrainingAlgorithm } from "./algorithm.js";
import type { MetricPattern } from "./metrics.js";

/** What is known of a built-in algorithm. */
export interface BuiltInParts {
  readonly name: BuiltInAlgorithm;
  /** Its hyperparameters, and those of this project's own container. */
  readonly table: Table;
  /** Checks hyperparameters as they are sent. */
  readonly read: (given: unknown, fail: Fail) => unknown;
  readonly channels: ChannelTable;
  readonly metrics: readonly MetricPattern[];
  /** Hyperparameters that this project's container needs beside, in place of the built-in image. */
  readonly ownImage?: Readonly<Record<string, string>>;
}

/** Options of every built-in algorithm. */
export interface BuiltInOptions {
  /** How several instances exchange gradients. */
  readonly kvStore?: "dist_sync" | "dist_async";
  /** Stop when the validation's accuracy, or mAP, no longer rises. Default: never. */
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
  /** Any further hyperparameter, as it is sent. With `image` only those that this project's container knows. */
  readonly extraHyperparameters?: Readonly<Record<string, string>>;
}

/** Instance families that the built-in images train on (their guides, "EC2 Instance Recommendation"). */
const GPU_FAMILIES: readonly string[] = ["p2", "p3", "p3dn", "g4dn", "g5"];
/** Hyperparameters of this project's container that no option sets. */
const OWN = ["seed", "task", "early_stopping"];
const EARLY = "early_stopping_";

/**
 * A built-in algorithm with its hyperparameters, checked as its guide has them.
 *
 * @throws InvalidInputError that names the option
 */
export function builtInAlgorithm(options: BuiltInOptions, parts: BuiltInParts): TrainingAlgorithm {
  const { name, table, channels, metrics } = parts;
  const { image, extraHyperparameters } = options;
  const hyperparameters = {
    ...toHyperparameters(options, table),
    ...(image === undefined ? {} : parts.ownImage),
    ...extraHyperparameters,
  };
  checkHyperparameters(hyperparameters);
  // The built-in image may know what our table does not; our own knows the table.
  const checked = Object.entries(hyperparameters).filter(
    ([key]) => image !== undefined || Object.hasOwn(table, key),
  );
  parts.read(Object.fromEntries(checked), ({ field, rule, remedy, message }) => {
    const option = optionOf(field.replace(/^Hyperparameter /, ""));
    throw new InvalidInputError(option, rule, undefined, remedy, message);
  });
  return {
    name,
    image: image ?? { kind: "built-in", algorithm: name },
    hyperparameters,
    metrics,
    requiredChannels: requiredChannels(channels),
    knownChannels: Object.keys(channels),
    instanceFamilies: image === undefined ? GPU_FAMILIES : [],
  };
}

/** `early_stopping_patience` -> `earlyStopping.patience`, `mini_batch_size` -> `miniBatchSize`. */
function optionOf(name: string): string {
  return name.startsWith(EARLY) ? `earlyStopping.${camelCase(name.slice(EARLY.length))}` : camelCase(name);
}

function toHyperparameters(options: BuiltInOptions, table: Table): Record<string, string> {
  const { image: _, extraHyperparameters: __, earlyStopping, ...plain } = options;
  const names = Object.keys(table).filter((name) => !OWN.includes(name));
  const byOption = new Map(names.map((name) => [optionOf(name), name]));
  const early = Object.entries(earlyStopping ?? {}).map(([name, value]) => [`earlyStopping.${name}`, value]);
  const sent: Record<string, string> = earlyStopping === undefined ? {} : { early_stopping: "True" };
  for (const [option, value] of [...Object.entries(plain), ...early] as [string, unknown][]) {
    if (value === undefined) continue;
    const name = byOption.get(option);
    if (name === undefined)
      refuse(unknown("", option, [...byOption.keys(), "image", "extraHyperparameters"]));
    sent[name] = typeof value === "boolean" ? (value ? "1" : "0") : String(value);
  }
  return sent;
}
