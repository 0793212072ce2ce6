import { imageSize } from "../image/image-size.js";
import { readJpegHeader } from "../image/jpeg-header.js";
import { isWithoutImage, keyedRecords } from "../read/keyed-records.js";
import type { RecordSource } from "../read/record-source.js";
import { labelCheck } from "./check-labels.js";
import type { ClassificationOptions, PreflightOptions } from "./preflight-options.js";
import { type Add, NamedRecords } from "./problem-records.js";

/** What a channel's records are labelled with. */
export interface ChannelLabels {
  /** Records that were counted. */
  readonly records: number;
  /** Records by class. */
  readonly byLabel: ReadonlyMap<number, number>;
  /** Numbers a record: where each has one for every class; of boxes, the most that a record has. 0 where no record has. */
  readonly width: number;
  /** Numbers of an object, where records hold boxes. */
  readonly objectWidth: number | undefined;
}

/** Content types that the algorithm takes. */
const TRAINABLE: ReadonlySet<string> = new Set(["jpeg", "png"]);

/** Reads a channel's records and says what is wrong with each by itself. */
export async function checkChannel(
  sources: readonly RecordSource[],
  options: PreflightOptions,
  add: Add,
): Promise<ChannelLabels> {
  const [small, unknown, colors, corrupt, empty] = Array.from({ length: 5 }, () => new NamedRecords()) as [
    NamedRecords,
    NamedRecords,
    NamedRecords,
    NamedRecords,
    NamedRecords,
  ];
  const labels = labelCheck(options);
  const ids = new Set<number>();
  let duplicates = 0;
  let records = 0;
  // Object detection makes every image the size and the colours that it wants.
  const crop = options.task === "object-detection" ? undefined : options;
  const shape = crop?.imageShape;
  for (const source of sources) {
    const reading = keyedRecords(source, {
      reuseMemory: true,
      onCorruptRecord: "resync",
      onCorrupt: (error) => corrupt.add(error.message),
      ...(options.signal && { signal: options.signal }),
    });
    for await (const record of reading) {
      const { header, image } = record;
      records++;
      if (ids.has(header.id)) duplicates++;
      ids.add(header.id);
      if (isWithoutImage(record)) {
        empty.add(`id ${header.id}`);
        continue;
      }
      labels.add(record);
      const size = imageSize(image);
      if (size === undefined || size.width === 0 || !TRAINABLE.has(size.format))
        unknown.add(`id ${header.id}`);
      else if (crop !== undefined && isTooSmall(size, crop))
        small.add(`id ${header.id} (${size.width}x${size.height})`);
      const components = size?.format === "jpeg" ? readJpegHeader(image)?.components : undefined;
      if (shape !== undefined && components !== undefined && components !== shape[0])
        colors.add(`id ${header.id} (${components} channels)`);
    }
  }
  if (records === 0) add("error", "the channel has no records");
  corrupt.tell(add, "error", (count, names) => `${count} places are corrupt: ${names}`);
  empty.tell(add, "error", (count, names) => `${count} records hold labels and no image: ${names}`);
  small.tell(
    add,
    "error",
    (count, names) =>
      `${count} images are smaller than image_shape ${shape?.[2]}x${shape?.[1]}, and resize does not help: ${names}`,
  );
  unknown.tell(add, "error", (count, names) => `${count} records hold no JPEG or PNG: ${names}`);
  colors.tell(
    add,
    "warning",
    (count, names) => `${count} images do not have the ${shape?.[0]} channels of image_shape: ${names}`,
  );
  labels.tell(add);
  if (duplicates > 0) add("warning", `${duplicates} records share an id with another`);
  return { records, byLabel: labels.byLabel, width: labels.width, objectWidth: labels.objectWidth };
}

/** Whether a crop of image_shape cannot be cut out, after the job's own resize where it has one. */
function isTooSmall(
  size: { readonly width: number; readonly height: number },
  { imageShape: [, height, width], resize }: ClassificationOptions,
): boolean {
  const scale = resize === undefined ? 1 : resize / Math.min(size.width, size.height);
  return Math.floor(size.width * scale) < width || Math.floor(size.height * scale) < height;
}
