import type { ImageProblem } from "../errors.js";
import type { ImageRecipe } from "../image/image-recipe.js";

/** One image to be prepared; plain data, so that it can cross to a worker thread. */
export interface PackItem {
  readonly path: string;
  readonly id: number;
  readonly labels: readonly number[];
  /** EXIF orientation that its boxes were placed for, where they were. */
  readonly orientation?: number;
  /** What an earlier run knew about the file; when it still holds, nothing is read or encoded. */
  readonly known?: KnownFile;
  /** Make it whatever is known: the earlier record turned out to be of no use. */
  readonly again?: boolean;
}

/** How a file is recognised again. */
export interface KnownFile {
  /** Size, times and inode: equal means untouched, without reading it. */
  readonly stat: string;
  /**
   * SHA-1 of the content, for a file that was copied or touched. Empty when it could not be read, and with
   * `passThrough`, where reading it again costs no more than hashing it did.
   */
  readonly hash: string;
}

/** Whether both are the same content. */
export function isSameFile(a: KnownFile, b: KnownFile): boolean {
  return a.hash === "" ? a.stat === b.stat : a.hash === b.hash;
}

/** Contents that the last output has records of. */
export interface KnownContents {
  /** Stats and hashes of its files, as {@link KnownFile} has them. */
  readonly keys: ReadonlySet<string>;
}

/** What came of one image. */
export type ItemResult =
  /** The file is as the earlier run knew it: at this path, or, with `content`, at another. */
  | {
      readonly kind: "same";
      readonly stat: string;
      /** The one of {@link KnownContents} that it was known by. */
      readonly content?: string;
    }
  /** A framed record. */
  | {
      readonly kind: "record";
      readonly stat: string;
      readonly hash: string;
      /** Length of the framed record in bytes. */
      readonly length: number;
      readonly notes: readonly string[];
      readonly lane: string;
      readonly framed: Uint8Array;
    }
  /** It cannot be packed. */
  | {
      readonly kind: "problem";
      readonly stat: string;
      readonly hash: string;
      readonly problem: ImageProblem;
      readonly message: string;
      /** With `onError: "placeholder"`: a framed record of a grey image. */
      readonly framed?: Uint8Array;
    };

/** What is the same for all items of a run; given to each worker once. */
export interface ItemSettings {
  readonly root: string;
  readonly recipe: ImageRecipe;
  readonly packLabels?: boolean;
  readonly placeholder: boolean;
  /** Where some of the list's paths are new: what they may hold nevertheless. */
  readonly contents?: KnownContents;
}
