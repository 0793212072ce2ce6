import type { PictureFrame } from "../image/picture-frame.js";

/** One image of a list: what becomes one record. */
export interface ListEntry {
  /** The record's id, a non-negative integer. */
  readonly id: number;
  /** One label, or several (detection boxes, multi-label). */
  readonly labels: readonly number[];
  /** Path relative to the images' root folder, with `/` between its parts. */
  readonly path: string;
  /** Name of the class, where the list knows one. */
  readonly className?: string;
  /** Whom or what the image shows (a driver, a road, a day): no group lies in two parts of a group split. */
  readonly group?: string;
  /**
   * For labels that are boxes: the picture that they belong to. Their shares are of its sides as it stands upright, and
   * packing moves them along with the pixels. Without it nobody knows what they were drawn on, and they stay as they are.
   */
  readonly picture?: PictureFrame;
}

/** What the numbers of boxes mean, beside the classes. */
export interface BoxNames {
  /** The number of each class in its annotations, by label, such as COCO's `category_id`; empty where they have none. */
  readonly categoryIds: readonly number[];
  /** What each number behind a box means, such as `difficult`. */
  readonly extra: readonly string[];
}

/** Images with their labels, and the root folder that their paths start from. */
export interface ImageList {
  /** Folder that the entries' paths are relative to. */
  readonly root: string;
  /** Images in the order of their records. */
  readonly entries: readonly ListEntry[];
  /** Class names by label, where the list knows them; empty otherwise. */
  readonly classes: readonly string[];
  /** For a list with boxes. */
  readonly boxes?: BoxNames;
}

/** Sorts names by code point, in place. */
export function sortByCodePoint(names: string[]): string[] {
  // Without code units from the surrogates on, JavaScript's own order is the same, and much faster.
  return names.some((name) => /[\ud800-\uffff]/.test(name)) ? names.sort(compareCodePoints) : names.sort();
}

/** Order of two strings by code point, which is Python's; JavaScript's own order differs past U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for code points above U+FFFF, but are smaller than U+E000..U+FFFF.
    if (x >= 0xd800 && y >= 0xd800) {
      x = x >= 0xe000 ? x - 0x800 : x + 0x2000;
      y = y >= 0xe000 ? y - 0x800 : y + 0x2000;
    }
    return x - y;
  }
  return a.length - b.length;
}
