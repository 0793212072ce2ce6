import { unknown as notKnown, type Problem } from "./problem.js";

/** One channel of a training job of image classification. */
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

/** The channels of image classification, by name. */
export const trainingChannels = {
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
  model: {
    contentType: "application/x-sagemaker-model",
    readBy: "built-in",
    meaning: "model.tar.gz of a former job to go on from",
  },
} as const satisfies Readonly<Record<string, ChannelRow>>;

/** Names of the channels that a job must have. */
export const requiredChannels: readonly string[] = Object.entries<ChannelRow>(trainingChannels)
  .filter(([, row]) => row.required)
  .map(([name]) => name);

/** The first of `names` that is no channel of image classification, told with its nearest known name. */
export function unknownChannel(names: readonly string[]): Problem | undefined {
  const name = names.find((one) => !Object.hasOwn(trainingChannels, one));
  return name === undefined ? undefined : notKnown("channels.", name, Object.keys(trainingChannels));
}
