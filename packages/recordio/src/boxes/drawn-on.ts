import { ListError } from "../errors.js";
import type { PictureFrame } from "../image/picture-frame.js";
import type { AnnotatedImage, BoxFormat, Sides } from "./annotation.js";

/** What boxes were drawn on: the image as EXIF turns it upright, or the pixels as stored. */
export type DrawnOn = "upright" | "stored";

/** An annotated image, its path below the root, and how it lies in its file where that can be read. */
export interface FoundPicture {
  readonly image: AnnotatedImage;
  readonly path: string;
  readonly frame: PictureFrame | undefined;
}

/** What was found out about a set of images. */
export interface DrawnOnSet {
  /** For one of them. */
  of(picture: FoundPicture): DrawnOn;
  /** What was taken for granted, in words. */
  readonly notes: readonly string[];
}

/**
 * Finds out what the boxes of images that EXIF turns were drawn on. Where the annotations' width and height are those of
 * only one of both, they tell; the others of the set follow the most of those. Where none tells it is upright, as browsers,
 * labelImg since 2020, labelme, CVAT and Ultralytics have it.
 *
 * @param wanted what the caller knows
 * @throws {ListError} for boxes on stored pixels of an image whose decoder stands it upright
 */
export function drawnOnOf(
  pictures: readonly FoundPicture[],
  format: BoxFormat,
  wanted: DrawnOn | undefined,
): DrawnOnSet {
  const lost = wanted === "stored" && pictures.find(({ frame }) => frame?.alwaysUpright);
  if (lost) {
    throw new ListError(
      `${lost.path}: AVIF and HEIC are decoded upright, and from which side is not told: boxes drawn on its pixels as stored cannot be placed. Draw them on the upright image, or convert it to JPEG or PNG.`,
    );
  }
  const notes = otherSides(pictures);
  const turned = pictures.filter(({ frame }) => frame !== undefined && frame.orientation > 1);
  if (turned.length === 0) return { of: () => "upright", notes };
  if (wanted !== undefined) {
    const against = turned.filter((picture) => told(picture) !== undefined && told(picture) !== wanted);
    return {
      of: () => wanted,
      notes:
        against.length === 0
          ? notes
          : [
              ...notes,
              `${against.length} annotations have the width and height of the image ${other(wanted)}, though boxes are said to be drawn on it ${wanted}`,
            ],
    };
  }
  const count = (on: DrawnOn) => turned.filter((picture) => told(picture) === on).length;
  const [stored, upright] = [count("stored"), count("upright")];
  const most: DrawnOn = stored > upright ? "stored" : "upright";
  const silent = turned.length - stored - upright;
  const parts = [
    ...(upright > 0 ? [`of ${upright} upright, as their width and height say`] : []),
    ...(stored > 0 ? [`of ${stored} as stored, as their width and height say`] : []),
    ...(silent > 0
      ? [
          `of ${silent} ${most}, ${stored + upright > 0 ? "like most of the others" : `as tools that write ${NAMES[format]} do today`}`,
        ]
      : []),
  ];
  const note = `${turned.length} images are turned by EXIF; boxes are taken as drawn on the image ${parts.join("; ")}`;
  return { of: (picture) => told(picture) ?? most, notes: [...notes, note] };
}

const NAMES: Readonly<Record<BoxFormat, string>> = {
  coco: "COCO's JSON",
  "pascal-voc": "Pascal VOC's XML",
  yolo: "YOLO's text files",
  "ground-truth": "Ground Truth's manifests",
  csv: "tables",
};

/** What an annotation's width and height say. */
function told({ image, frame }: FoundPicture): DrawnOn | undefined {
  if (image.sides === undefined || frame === undefined || frame.orientation < 5) return undefined;
  if (frame.width === frame.height) return undefined;
  if (isSame(image.sides, frame)) return "upright";
  return isSame(image.sides, { width: frame.height, height: frame.width }) ? "stored" : undefined;
}

/** Annotations may be of a smaller copy: shares of the sides hold then too, but whoever sees this wants to know. */
function otherSides(pictures: readonly FoundPicture[]): string[] {
  const others = pictures.filter(({ image, frame }) => {
    if (image.sides === undefined || frame === undefined || isSame(image.sides, frame)) return false;
    return frame.orientation < 5 || !isSame(image.sides, { width: frame.height, height: frame.width });
  });
  const [first] = others;
  if (first === undefined) return [];
  const [{ width, height }, frame] = [first.image.sides!, first.frame!];
  return [
    `${others.length} images have other sides than their annotations say, such as ${first.path} (${frame.width}x${frame.height}, not ${width}x${height}): their boxes keep their shares of the sides`,
  ];
}

function isSame(a: Sides, b: Sides): boolean {
  return a.width === b.width && a.height === b.height;
}

function other(on: DrawnOn): DrawnOn {
  return on === "stored" ? "upright" : "stored";
}
