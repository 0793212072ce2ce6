import { boxesOf } from "../format/box-labels.js";
import type { ImageRecord } from "../format/ir-header.js";
import { imageSize } from "../image/image-size.js";
import { readJpegHeader } from "../image/jpeg-header.js";
import { isWithoutImage, keyedRecords } from "../read/keyed-records.js";
import type { RecordSource } from "../read/record-source.js";
import type { PreflightOptions, PreflightProblem } from "./preflight-options.js";

/** What a channel's records are labelled with. */
export interface ChannelLabels {
  /** Records that were counted. */
  readonly records: number;
  /** Records by class. */
  readonly byLabel: ReadonlyMap<number, number>;
  /** Numbers a record, where each has one for every class; 0 where no record has. */
  readonly width: number;
}

/** Adds a problem of the channel. */
export type Add = (severity: PreflightProblem["severity"], message: string) => void;

/** Messages of one kind name the first few records and count the rest. */
const NAMED = 3;

/** Content types that the algorithm takes. */
const TRAINABLE: ReadonlySet<string> = new Set(["jpeg", "png"]);

/** Records of one kind, of which a few are named. */
class Records {
  #count = 0;
  readonly #named: string[] = [];

  add(name: string): void {
    this.#count++;
    if (this.#named.length < NAMED) this.#named.push(name);
  }

  /** @param message gets how many there are, and their names */
  tell(
    add: Add,
    severity: PreflightProblem["severity"],
    message: (count: number, names: string) => string,
  ): void {
    if (this.#count === 0) return;
    const rest = this.#count - this.#named.length;
    add(severity, message(this.#count, `${this.#named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`));
  }
}

/** Reads a channel's records and says what is wrong with each by itself. */
export async function checkChannel(
  sources: readonly RecordSource[],
  options: PreflightOptions,
  add: Add,
): Promise<ChannelLabels> {
  const [small, unknown, colors, corrupt, empty] = Array.from({ length: 5 }, () => new Records()) as [
    Records,
    Records,
    Records,
    Records,
    Records,
  ];
  const labels = new LabelCheck(options);
  const ids = new Set<number>();
  let duplicates = 0;
  let records = 0;
  const [channels, height, width] = options.imageShape;
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
      else if (isTooSmall(size, options)) small.add(`id ${header.id} (${size.width}x${size.height})`);
      const components = size?.format === "jpeg" ? readJpegHeader(image)?.components : undefined;
      if (components !== undefined && components !== channels)
        colors.add(`id ${header.id} (${components} channels)`);
    }
  }
  if (records === 0) add("error", "the channel has no records");
  corrupt.tell(add, "error", (count, names) => `${count} places are corrupt: ${names}`);
  empty.tell(add, "error", (count, names) => `${count} records hold labels and no image: ${names}`);
  const shape = `${width}x${height}`;
  small.tell(
    add,
    "error",
    (count, names) =>
      `${count} images are smaller than image_shape ${shape}, and resize does not help: ${names}`,
  );
  unknown.tell(add, "error", (count, names) => `${count} records hold no JPEG or PNG: ${names}`);
  colors.tell(
    add,
    "warning",
    (count, names) => `${count} images do not have the ${channels} channels of image_shape: ${names}`,
  );
  labels.tell(add);
  if (duplicates > 0) add("warning", `${duplicates} records share an id with another`);
  return { records, byLabel: labels.byLabel, width: labels.width };
}

/** Whether each record's labels are what the job reads: one class, or a number for each of all classes. */
class LabelCheck {
  readonly byLabel = new Map<number, number>();
  width = 0;
  readonly #multiLabel: boolean;
  readonly #boxes = new Records();
  readonly #several = new Records();
  readonly #notBinary = new Records();
  readonly #otherWidth = new Records();

  constructor({ multiLabel, numClasses }: PreflightOptions) {
    this.#multiLabel = multiLabel === true;
    if (this.#multiLabel) this.width = numClasses ?? 0;
  }

  add({ header, labels }: ImageRecord): void {
    const name = `id ${header.id} (${labels.length} numbers)`;
    if (boxesOf(labels) !== undefined) this.#boxes.add(`id ${header.id}`);
    else if (this.#multiLabel) this.#addSeveral(labels, name);
    else if (labels.length === 1) this.#count(labels[0]!);
    else this.#several.add(name);
  }

  #addSeveral(labels: readonly number[], name: string): void {
    if (this.width === 0) this.width = labels.length;
    if (labels.length !== this.width) this.#otherWidth.add(name);
    else if (labels.some((label) => label !== 0 && label !== 1)) this.#notBinary.add(name);
    for (const [label, value] of labels.entries()) if (value === 1) this.#count(label);
  }

  #count(label: number): void {
    this.byLabel.set(label, (this.byLabel.get(label) ?? 0) + 1);
  }

  tell(add: Add): void {
    this.#boxes.tell(
      add,
      "error",
      (count, names) =>
        `${count} records hold boxes, which object detection reads, not classification: ${names}`,
    );
    this.#several.tell(
      add,
      "error",
      (count, names) =>
        `${count} records have not exactly one label: ${names}. Where each has a 0 or 1 for every class, check them with multiLabel`,
    );
    this.#otherWidth.tell(
      add,
      "error",
      (count, names) => `${count} records have not ${this.width} labels, one for each class: ${names}`,
    );
    this.#notBinary.tell(
      add,
      "error",
      (count, names) => `${count} records have labels other than 0 and 1: ${names}`,
    );
  }
}

/** Whether a crop of image_shape cannot be cut out, after the job's own resize where it has one. */
function isTooSmall(
  size: { readonly width: number; readonly height: number },
  options: PreflightOptions,
): boolean {
  const [, height, width] = options.imageShape;
  const scale = options.resize === undefined ? 1 : options.resize / Math.min(size.width, size.height);
  return Math.floor(size.width * scale) < width || Math.floor(size.height * scale) < height;
}
