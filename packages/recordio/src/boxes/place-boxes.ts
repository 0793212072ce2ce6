import { ListError } from "../errors.js";
import {
  type DetectionObject,
  decodeDetectionLabel,
  encodeDetectionLabel,
} from "../format/detection-label.js";
import { centerSquare, type ImageRecipe } from "../image/image-recipe.js";
import type { PictureFrame } from "../image/picture-frame.js";
import type { ImageList, ListEntry } from "../list/image-list.js";
import { inverseOrientation, turnBox, type Xyxy } from "./turn-box.js";

/** What of a recipe moves pixels relative to an image's sides; resizing does not. */
export type BoxGeometry = Pick<ImageRecipe, "passThrough" | "orient" | "centerCrop">;

/** A box that is not as it was drawn, or an image that has none left. */
export interface BoxNote {
  /** Id of its list entry. */
  readonly id: number;
  /** The image's path, as it stands in the list. */
  readonly path: string;
  /** `"cut"` at the border, `"dropped"`, or the whole image `"left-out"`. */
  readonly action: "cut" | "dropped" | "left-out";
  /** Which box, and why, in words. */
  readonly reason: string;
}

/** A list whose boxes lie on the pixels that will be packed. */
export interface PlacedBoxes {
  readonly list: ImageList;
  /** Boxes of the list before. */
  readonly listed: number;
  /** Each box that is not as it was, in list order. */
  readonly notes: readonly BoxNote[];
}

/** What becomes of one box. */
type Placed =
  | { readonly kind: "whole" | "cut"; readonly box: DetectionObject; readonly share: number }
  | { readonly kind: "dropped"; readonly reason: string };

/** Shares that rounding may add to a box at the border: a thousandth of a pixel in the widest image. */
const ROUNDING = 1e-8;

/**
 * Moves the boxes of a list along with the pixels: turned back where those are packed as stored, cut at the border of the
 * centre square or of the image, dropped where less than a share of their area is left. Images without a box left are
 * left out, since MXNet refuses such records.
 *
 * @param minBoxShare share of a box's area, 0 to 1
 * @returns undefined for a list without such boxes
 * @throws ListError when files are to be packed as they are and EXIF turns one
 */
export function placeBoxes(
  list: ImageList,
  recipe: BoxGeometry,
  minBoxShare: number,
): PlacedBoxes | undefined {
  if (list.entries.every(({ picture }) => picture === undefined)) return undefined;
  const notes: BoxNote[] = [];
  let listed = 0;
  const entries = list.entries.flatMap((entry): ListEntry[] => {
    const { id, path, picture, labels } = entry;
    if (picture === undefined) return [entry];
    if (recipe.passThrough && picture.orientation > 1) throw turnedByReaders(entry);
    const { header, objects } = decodeDetectionLabel(labels);
    listed += objects.length;
    const kept = objects.flatMap((box, at): DetectionObject[] => {
      const placed = placeBox(box, picture, recipe, minBoxShare);
      const name = `box ${at + 1} (${list.classes[box.classId] ?? `class ${box.classId}`})`;
      if (placed.kind === "dropped") {
        notes.push({ id, path, action: "dropped", reason: `${name}: ${placed.reason}` });
        return [];
      }
      if (placed.kind === "cut")
        notes.push({
          id,
          path,
          action: "cut",
          reason: `${name}: cut at the border, ${percent(placed.share)} of it left`,
        });
      return [placed.box];
    });
    if (kept.length > 0) return [{ ...entry, labels: encodeDetectionLabel(kept, header) }];
    notes.push({ id, path, action: "left-out", reason: "none of its boxes is left" });
    return [];
  });
  return { list: { ...list, entries }, listed, notes };
}

function placeBox(
  box: DetectionObject,
  picture: PictureFrame,
  recipe: BoxGeometry,
  minBoxShare: number,
): Placed {
  const moved = intoSquare(asPacked(box.xyxy, picture.orientation, recipe), picture, recipe);
  const [left, top, right, bottom] = moved;
  const area = (right - left) * (bottom - top);
  if (!(right > left && bottom > top)) return { kind: "dropped", reason: "it has no area" };
  const xyxy: Xyxy = [Math.max(0, left), Math.max(0, top), Math.min(1, right), Math.min(1, bottom)];
  const width = Math.max(0, xyxy[2] - xyxy[0]);
  const height = Math.max(0, xyxy[3] - xyxy[1]);
  const share = (width * height) / area;
  if (share === 0) return { kind: "dropped", reason: "it lies outside" };
  if (share < minBoxShare) {
    return { kind: "dropped", reason: `${percent(share)} of it left, less than ${percent(minBoxShare)}` };
  }
  // A record holds float32: what becomes a line there has no area for MXNet.
  if (Math.fround(xyxy[0]) >= Math.fround(xyxy[2]) || Math.fround(xyxy[1]) >= Math.fround(xyxy[3])) {
    return { kind: "dropped", reason: "it is too thin to have an area" };
  }
  const isWhole = xyxy.every((side, at) => Math.abs(side - moved[at]!) <= ROUNDING);
  return { kind: isWhole ? "whole" : "cut", box: { ...box, xyxy }, share };
}

function asPacked(xyxy: Xyxy, orientation: number, { orient, passThrough }: BoxGeometry): Xyxy {
  return orient || passThrough ? xyxy : turnBox(xyxy, inverseOrientation(orientation));
}

function intoSquare([left, top, right, bottom]: Xyxy, picture: PictureFrame, recipe: BoxGeometry): Xyxy {
  if (!recipe.centerCrop || recipe.passThrough) return [left, top, right, bottom];
  const isSwapped = !recipe.orient && picture.orientation >= 5;
  const [width, height] = isSwapped ? [picture.height, picture.width] : [picture.width, picture.height];
  const square = centerSquare(width, height);
  const x = (share: number) => (share * width - square.left) / square.side;
  const y = (share: number) => (share * height - square.top) / square.side;
  return [x(left), y(top), x(right), y(bottom)];
}

function turnedByReaders({ path, picture }: ListEntry): ListError {
  return new ListError(
    `${path}: EXIF orientation ${picture?.orientation} turns it, and of MXNet's readers ImageDetRecordIter does so and ` +
      "ImageDetIter does not: its boxes would be wrong in one of them. Pack without passThrough (--pass-through), which turns the pixels.",
  );
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
