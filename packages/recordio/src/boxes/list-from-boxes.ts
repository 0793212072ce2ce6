import { isAbsolute, join, posix } from "node:path";
import { setImmediate } from "node:timers/promises";
import { ListError } from "../errors.js";
import { type DetectionObject, encodeDetectionLabel } from "../format/detection-label.js";
import { readPictureFrame } from "../image/picture-frame.js";
import type { BoxNames, ImageList, ListEntry } from "../list/image-list.js";
import type { TableColumns } from "../list/list-from-table.js";
import { listImages } from "../list/list-images.js";
import type { AnnotatedImage, Annotations, BoxFormat } from "./annotation.js";
import { type DrawnOn, drawnOnOf, type FoundPicture } from "./drawn-on.js";
import { FolderPictures } from "./find-pictures.js";
import { readAnnotations } from "./read-annotations.js";
import { turnBox, type Xyxy } from "./turn-box.js";

/** Options of {@link listFromBoxes}. */
export interface ListFromBoxesOptions {
  /** Folder that the images lie in, at any depth. */
  readonly root: string;
  /** Class names in label order. Default: the annotations' own order, or the names found, sorted by code point. */
  readonly classes?: readonly string[];
  /**
   * Columns of a table. `group` also names the field of COCO's images and of a manifest's lines; default `group`, COCO's
   * `video_id`, else the folder of an image that lies in one.
   */
  readonly columns?: TableColumns;
  /**
   * What boxes were drawn on, where EXIF turns an image: `"upright"` as viewers show it, or `"stored"`, the pixels as they
   * lie in the file. Default: where the annotations' width and height tell, as they do, for all images of the set; else
   * upright.
   */
  readonly drawnOn?: DrawnOn;
  /** Stops it; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** A list whose labels are boxes. */
export interface BoxList extends ImageList {
  /** What the numbers of the labels mean. */
  readonly boxes: BoxNames;
  /** What the annotations were recognised as. */
  readonly format: BoxFormat;
  /** Boxes in the list. */
  readonly boxCount: number;
  /** Names of images without any box; they are not in the list, since MXNet refuses such records. */
  readonly withoutBoxes: readonly string[];
  /** What was left out, and what was taken for granted, in words. */
  readonly notes: readonly string[];
}

/**
 * Lists the images that annotations name, with their boxes as labels in MXNet's form: COCO's JSON, a folder of Pascal VOC's
 * XML or of YOLO's text files, a Ground Truth output manifest, or a CSV table with `xmin,ymin,xmax,ymax`.
 *
 * Boxes are shares of each image as it stands upright; {@link packRecordIO} moves them along with the pixels.
 *
 * @param path of the file or folder of annotations
 * @throws RecordIOError when it cannot be read; ListError that names the place of what is not right, or an image that is not found
 * @example
 * ```ts
 * const list = await listFromBoxes("annotations/instances.json", { root: "pictures" });
 * console.log(list.classes, list.boxCount); // ["raccoon"] 174
 * const { train, validation } = splitList(list, { kind: "stratified", parts: { train: 0.8, validation: 0.2 } });
 * await packRecordIO(train, { output: "out/train", resize: { kind: "exact", width: 512, height: 512 } });
 * await packRecordIO(validation, { output: "out/validation", resize: { kind: "exact", width: 512, height: 512 } });
 * ```
 */
export async function listFromBoxes(path: string, options: ListFromBoxesOptions): Promise<BoxList> {
  const annotations = await readAnnotations(path, options);
  const withBoxes = annotations.images.filter(({ boxes }) => boxes.length > 0);
  if (withBoxes.length === 0)
    throw new ListError(`${path}: none of its ${annotations.images.length} images has a box.`);
  const pictures = await listImages(options.root, {
    onEmpty: "return",
    ...(options.signal && { signal: options.signal }),
  });
  const names = new FolderPictures(
    pictures.entries.map(({ path }) => path),
    annotations.anyEnding === true,
  );
  const found = await findPictures(withBoxes, names, options);
  const drawnOn = drawnOnOf(found, annotations.format, options.drawnOn);
  const ids = ownIds(withBoxes);
  const entries = found.map((picture, at) =>
    entryOf(picture, annotations, drawnOn.of(picture), ids?.[at] ?? at, options),
  );
  const empty = annotations.images.filter(({ boxes }) => boxes.length === 0);
  const withoutBoxes = empty.map(({ name }) => name);
  const unnamed = names.countOthers([
    ...found.map(({ path }) => path),
    ...empty.map((image) => names.find(image)),
  ]);
  return {
    root: options.root,
    entries,
    classes: annotations.classes,
    boxes: { categoryIds: annotations.categoryIds ?? [], extra: annotations.extra },
    format: annotations.format,
    boxCount: withBoxes.reduce((sum, { boxes }) => sum + boxes.length, 0),
    withoutBoxes,
    notes: [
      ...annotations.notes,
      ...drawnOn.notes,
      ...(withoutBoxes.length > 0 ? [`${withoutBoxes.length} images without a box are left out`] : []),
      ...(unnamed > 0 ? [`${unnamed} other images in ${options.root} have no annotation`] : []),
    ],
  };
}

/** Pictures looked at before timers and sockets get their turn. */
const PICTURES_A_TURN = 200;

async function findPictures(
  images: readonly AnnotatedImage[],
  names: FolderPictures,
  { root, signal }: ListFromBoxesOptions,
): Promise<FoundPicture[]> {
  const places = new Map<string, string>();
  const found: FoundPicture[] = [];
  for (const image of images) {
    if (found.length % PICTURES_A_TURN === 0) await setImmediate();
    signal?.throwIfAborted();
    const { name, place } = image;
    const picture = names.find(image);
    if (picture === "ambiguous") {
      throw new ListError(`${place}: several images in ${root} are called ${name}. Give the folder of one.`);
    }
    // What is not there is named by packing, as other lost images are, where its boxes can be placed without it.
    const path = picture ?? name;
    const earlier = places.get(path);
    if (earlier !== undefined) {
      throw new ListError(
        `${place}: the image ${path} has boxes in ${earlier} already. Join both: a record has all boxes of its image.`,
      );
    }
    places.set(path, place);
    found.push({ image, path, frame: await readPictureFrame(isAbsolute(path) ? path : join(root, path)) });
  }
  return found;
}

function entryOf(
  { image, path, frame }: FoundPicture,
  { unit }: Annotations,
  drawnOn: DrawnOn,
  id: number,
  { root }: ListFromBoxesOptions,
): ListEntry {
  const picture = frame ?? (image.sides && { ...image.sides, orientation: 1 });
  if (picture === undefined) {
    throw new ListError(
      `${image.place}: the image ${image.name} cannot be found in ${root}, or is none, and its annotation does not tell its sides. Take it out, or give the folder that holds it.`,
    );
  }
  const folder = posix.dirname(path);
  const group = image.group ?? (folder === "." ? undefined : folder);
  const { orientation } = picture;
  const isSwapped = drawnOn === "stored" && orientation >= 5;
  const sides = isSwapped ? { width: picture.height, height: picture.width } : picture;
  const scale = unit === "shares" ? { width: 1, height: 1 } : (image.sides ?? sides);
  const objects = image.boxes.map((box): DetectionObject => {
    const shares = sharesOf(box.xyxy, scale);
    return { ...box, xyxy: drawnOn === "stored" ? turnBox(shares, orientation) : shares };
  });
  return { id, labels: encodeDetectionLabel(objects), path, ...(group !== undefined && { group }), picture };
}

function sharesOf(
  [left, top, right, bottom]: Xyxy,
  { width, height }: { readonly width: number; readonly height: number },
): Xyxy {
  return [left / width, top / height, right / width, bottom / height];
}

/** The ids that the annotations give, where all have one and no two the same. */
function ownIds(images: readonly AnnotatedImage[]): number[] | undefined {
  const ids = images.flatMap(({ id }) => (id === undefined ? [] : [id]));
  return ids.length === images.length && new Set(ids).size === ids.length ? ids : undefined;
}
