import { unknown as notKnown, type Problem } from "./problem.js";

/** One channel of a training job. */
export interface ChannelRow {
  /** Content type of its files, where the algorithm wants one. */
  readonly contentType?: "application/x-recordio" | "application/x-image" | "application/x-sagemaker-model";
  /** Whether a job must have it. Default: not. */
  readonly required?: true;
  /** Which image reads it: SageMaker's built-in one, this project's container, or both. */
  readonly readBy: "both" | "built-in" | "container";
  /** What it holds, in one line. */
  readonly meaning: string;
}

/** The channels of an algorithm, by name. */
export type ChannelTable = Readonly<Record<string, ChannelRow>>;

const common = {
  train: {
    contentType: "application/x-recordio",
    required: true,
    readBy: "both",
    meaning: "One .rec file of pictures to learn from",
  },
  validation: {
    contentType: "application/x-recordio",
    required: true,
    readBy: "both",
    meaning: "One .rec file of pictures to judge by",
  },
  backbone: {
    readBy: "container",
    meaning: "One .onnx file whose features are learnt from, and its .preprocess.json",
  },
  labels: { readBy: "container", meaning: "labels.json: class names in class-id order" },
  model: {
    contentType: "application/x-sagemaker-model",
    readBy: "built-in",
    meaning: "model.tar.gz of a former job to go on from",
  },
} as const satisfies ChannelTable;

/** The channels of image classification, by name. */
export const trainingChannels = {
  ...common,
  train_lst: {
    contentType: "application/x-image",
    readBy: "built-in",
    meaning: ".lst file of channel train, where that holds single images",
  },
  validation_lst: {
    contentType: "application/x-image",
    readBy: "built-in",
    meaning: ".lst file of channel validation, where that holds single images",
  },
} as const satisfies ChannelTable;

/** The channels of object detection, by name. */
export const detectionChannels = {
  ...common,
  train_annotation: {
    contentType: "application/x-image",
    readBy: "built-in",
    meaning: ".json files with the boxes of channel train, where that holds single images",
  },
  validation_annotation: {
    contentType: "application/x-image",
    readBy: "built-in",
    meaning: ".json files with the boxes of channel validation, where that holds single images",
  },
} as const satisfies ChannelTable;

/** Names of the channels that a job must have. */
export function requiredChannels(table: ChannelTable): readonly string[] {
  return Object.keys(table).filter((name) => table[name]!.required);
}

/** The first of `names` that the algorithm does not have, told with its nearest known name. */
export function unknownChannel(table: ChannelTable, names: readonly string[]): Problem | undefined {
  const name = names.find((one) => !Object.hasOwn(table, one));
  return name === undefined ? undefined : notKnown("channels.", name, Object.keys(table));
}
