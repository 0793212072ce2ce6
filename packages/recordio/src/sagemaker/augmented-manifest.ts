import { writeWholeFile } from "@sightline/foundation/whole-file";
import { RecordIOError } from "../errors.js";
import type { ImageList } from "../list/image-list.js";
import { type ReadOptions, readRawRecords } from "../read/read-raw-records.js";
import type { RecordSource } from "../read/record-source.js";

/** Options of {@link writeAugmentedManifest}. */
export interface AugmentedManifestOptions {
  /** Where the images lie, such as `s3://bucket/pictures/`; entries' paths are put behind it. */
  readonly imagesUri: string;
  /** Name of the label attribute. Default `class`. */
  readonly labelAttribute?: string;
  /** Time of creation in the metadata. Default: now. */
  readonly createdAt?: Date;
}

/**
 * Writes a SageMaker augmented manifest: JSON lines with `source-ref`, the label and its metadata, as Ground Truth
 * does for image classification. Train with `AttributeNames: ["source-ref", labelAttribute]`.
 *
 * @returns the number of lines
 * @throws RecordIOError when an image has several labels
 */
export async function writeAugmentedManifest(
  path: string,
  list: ImageList,
  options: AugmentedManifestOptions,
): Promise<number> {
  const attribute = options.labelAttribute ?? "class";
  const base = options.imagesUri.endsWith("/") ? options.imagesUri : `${options.imagesUri}/`;
  const created = (options.createdAt ?? new Date()).toISOString().replace("Z", "000");
  const lines = list.entries.map((entry) => {
    const [label, ...others] = entry.labels;
    if (label === undefined || others.length > 0) {
      throw new RecordIOError(
        `${entry.path} has ${entry.labels.length} labels; an augmented manifest takes one.`,
      );
    }
    return `${JSON.stringify({
      "source-ref": base + entry.path.replaceAll("\\", "/"),
      [attribute]: label,
      [`${attribute}-metadata`]: {
        "class-name": entry.className ?? list.classes[label] ?? String(label),
        confidence: 1,
        type: "groundtruth/image-classification",
        "human-annotated": "yes",
        "creation-date": created,
        "job-name": "recordio",
      },
    })}\n`;
  });
  await writeWholeFile(path, lines.join(""));
  return lines.length;
}

/** Options of {@link readImageLabelPairs}. */
export type PairReadOptions = Pick<ReadOptions, "signal" | "maxRecordBytes">;

/** An image and its label, as Pipe mode delivers an augmented manifest with RecordIO wrapping. */
export interface ImageLabelPair {
  /** The image file's bytes. */
  readonly image: Uint8Array;
  /** The label record as it came: a number in text for image classification, JSON for others. */
  readonly label: Uint8Array;
  /** Where the image's record starts, in bytes. */
  readonly byteOffset: number;
}

/**
 * Reads image and label records in turn, without `IRHeader`. It cannot go on behind a corrupt record: nothing says
 * whether an image or a label was lost, and every pair from there on might be of two images.
 *
 * @throws CorruptRecordError with the byte offset; RecordIOError when the stream ends behind an image
 */
export async function* readImageLabelPairs(
  source: RecordSource,
  options: PairReadOptions = {},
): AsyncGenerator<ImageLabelPair, void, undefined> {
  let image: { readonly payload: Uint8Array; readonly byteOffset: number } | undefined;
  for await (const record of readRawRecords(source, { ...options, onCorruptRecord: "throw" })) {
    if (image === undefined) {
      image = record;
      continue;
    }
    yield { image: image.payload, label: record.payload, byteOffset: image.byteOffset };
    image = undefined;
  }
  if (image !== undefined) {
    throw new RecordIOError(
      `The stream ends behind the image at byte ${image.byteOffset}, without its label.`,
    );
  }
}
