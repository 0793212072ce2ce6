import { unknown } from "@sightline/contract/problem";
import { checkChannelName } from "../checks/names.js";
import { checkInteger } from "../checks/numbers.js";
import { refuse } from "../checks/refuse.js";
import { InvalidInputError } from "../errors.js";
import { parseS3Uri } from "../s3/s3-uri.js";

/** One input of a training job. Its name is its key in `channels`. */
export interface Channel {
  /** An S3 folder (all below it), or one object. */
  readonly uri: string;
  /** Media type that the program is told, or undefined for none. */
  readonly contentType: string | undefined;
  /** `File` copies before the start, `FastFile` fetches what is read, `Pipe` is a FIFO. */
  readonly inputMode: "File" | "FastFile" | "Pipe";
  /** `FullyReplicated` gives every instance all files, `ShardedByS3Key` each a part. */
  readonly distribution: "FullyReplicated" | "ShardedByS3Key";
  /** How the objects are packed. */
  readonly compression: "None" | "Gzip";
  /** Changes the order of the files before every epoch, with this seed (Pipe mode). */
  readonly shuffleSeed?: number;
  /**
   * Set where `uri` is an augmented manifest, a file of JSON lines: the attributes of a line that the program gets, in
   * this order, such as `["source-ref", "boxes"]`.
   */
  readonly attributeNames?: readonly string[];
}

/** How a channel differs from the defaults: File mode, fully replicated, not packed. */
export type ChannelOptions = Partial<Omit<Channel, "uri">>;

/** SageMaker's limit on the channels of one job. */
const MOST_CHANNELS = 20;

/**
 * A channel of RecordIO files (`application/x-recordio`).
 *
 * @param uri folder with one .rec file, or the file itself
 * @throws InvalidInputError when `uri` is no S3 URI
 * @example
 * ```ts
 * recordIOChannel("s3://drivers/channels/train/");
 * // { uri: "s3://drivers/channels/train/", contentType: "application/x-recordio", inputMode: "File", ... }
 * ```
 */
export function recordIOChannel(uri: string, options: ChannelOptions = {}): Channel {
  return channel(uri, { contentType: "application/x-recordio", ...options });
}

/**
 * A channel of files as they are, for example `backbone` or `labels`.
 *
 * @throws InvalidInputError when `uri` is no S3 URI
 * @example
 * ```ts
 * const channels = { backbone: fileChannel("s3://drivers/backbone/") };
 * ```
 */
export function fileChannel(uri: string, options: ChannelOptions = {}): Channel {
  return channel(uri, options);
}

/**
 * A channel of single images (`application/x-image`), beside the channels of their .lst files.
 *
 * @throws InvalidInputError when `uri` is no S3 URI
 * @example
 * ```ts
 * imageChannel("s3://drivers/images/").contentType; // "application/x-image"
 * ```
 */
export function imageChannel(uri: string, options: ChannelOptions = {}): Channel {
  return channel(uri, { contentType: "application/x-image", ...options });
}

/**
 * The channel named `model` of the built-in algorithms: goes on from a former job's model, which
 * must have the same net, image shape and classes.
 *
 * @param uri the former job's model.tar.gz
 * @throws InvalidInputError when `uri` is no S3 URI
 * @example
 * ```ts
 * const channels = { model: modelChannel("s3://drivers/training/drivers-1/output/model.tar.gz") };
 * ```
 */
export function modelChannel(uri: string, options: ChannelOptions = {}): Channel {
  return channel(uri, { contentType: "application/x-sagemaker-model", ...options });
}

/**
 * A channel of an augmented manifest, what Ground Truth writes: a file of JSON lines that name an image each and hold
 * its labels. SageMaker opens the images and pipes them to the program, so nothing is packed beforehand. On AWS only:
 * the local SageMaker refuses it by name.
 *
 * @param uri the manifest
 * @param attributeNames the image's attribute, then the labels', as they are called in the lines
 * @throws InvalidInputError when `uri` is no S3 URI, or no attribute or more than 16 are given
 * @example
 * ```ts
 * const channels = { train: augmentedManifestChannel("s3://road/train.manifest", ["source-ref", "potholes"]) };
 * ```
 */
export function augmentedManifestChannel(
  uri: string,
  attributeNames: readonly string[],
  options: ChannelOptions = {},
): Channel {
  checkInteger(
    "number of attributeNames",
    attributeNames.length,
    1,
    16,
    'For example ["source-ref", "boxes"].',
  );
  return channel(uri, {
    contentType: "application/x-recordio",
    inputMode: "Pipe",
    ...options,
    attributeNames,
  });
}

function channel(uri: string, options: ChannelOptions): Channel {
  parseS3Uri(uri, "channel");
  return {
    uri,
    contentType: options.contentType,
    inputMode: options.inputMode ?? "File",
    distribution: options.distribution ?? "FullyReplicated",
    compression: options.compression ?? "None",
    ...(options.shuffleSeed === undefined ? {} : { shuffleSeed: options.shuffleSeed }),
    ...(options.attributeNames === undefined ? {} : { attributeNames: options.attributeNames }),
  };
}

/** Checks names and number of the channels: that the algorithm reads them, and that those it needs are there. */
export function checkChannels(
  channels: Readonly<Record<string, Channel>>,
  algorithm: { readonly requiredChannels: readonly string[]; readonly knownChannels?: readonly string[] },
): void {
  const { requiredChannels: required, knownChannels: known } = algorithm;
  const names = Object.keys(channels);
  const strange = names.find((name) => known?.includes(name) === false);
  if (known !== undefined && strange !== undefined) refuse(unknown("channels.", strange, known));
  if (names.length > MOST_CHANNELS) {
    throw new InvalidInputError(
      "channels",
      `at most ${MOST_CHANNELS}`,
      names.length,
      "Join some in one folder.",
    );
  }
  for (const name of names) {
    checkChannelName(name);
    parseS3Uri(channels[name]?.uri ?? "", `channels.${name}`);
  }
  const missing = required.filter((name) => channels[name] === undefined);
  if (missing.length > 0) {
    throw new InvalidInputError(
      "channels",
      `complete: the algorithm needs ${required.join(" and ")}`,
      names,
      `Add ${missing.join(" and ")}.`,
    );
  }
}

/** A channel as CreateTrainingJob takes it. */
export function toInputDataConfig(name: string, channel: Channel) {
  const { attributeNames } = channel;
  return {
    ChannelName: name,
    DataSource: {
      S3DataSource: {
        ...(attributeNames === undefined
          ? { S3DataType: "S3Prefix" as const }
          : { S3DataType: "AugmentedManifestFile" as const, AttributeNames: [...attributeNames] }),
        S3Uri: channel.uri,
        S3DataDistributionType: channel.distribution,
      },
    },
    ...(channel.contentType === undefined ? {} : { ContentType: channel.contentType }),
    CompressionType: channel.compression,
    // Each attribute arrives as a record of its own.
    RecordWrapperType: attributeNames === undefined ? ("None" as const) : ("RecordIO" as const),
    InputMode: channel.inputMode,
    ...(channel.shuffleSeed === undefined ? {} : { ShuffleConfig: { Seed: channel.shuffleSeed } }),
  };
}
