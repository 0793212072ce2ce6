import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { isAbsolute, join, sep } from "node:path";
import { framedLength, PART_HEADER_BYTES } from "../format/framing.js";
import { imageHeaderLength, writeImageHeader } from "../format/ir-header.js";
import { isWholeByItsEnds } from "../image/whole-image.js";
import type { ListEntry } from "../list/image-list.js";
import { fileStamp } from "./file-stamp.js";
import type { RecordSpace } from "./record-slabs.js";
import { MAGIC_WORD } from "./searchable-memory.js";

/** Files above this size take the ordinary way: a slab of their own each would only be more memory. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** A record that was made in place. */
export interface RecordInPlace {
  readonly stat: string;
  /** Of the framed record, in bytes. */
  readonly length: number;
}

/**
 * Makes records of files' own bytes, each read right to where it is written from: nothing is copied.
 *
 * @param root folder of the images
 * @param packLabels as in `PackOptions`
 * @returns a function that makes one record in the memory that `reserve` gives. It returns undefined, and leaves no
 *   trace, for whatever is out of the ordinary: the caller then finds out what it is
 */
export function recordReader(
  root: string,
  packLabels: boolean | undefined,
): (entry: ListEntry, reserve: (length: number) => RecordSpace) => RecordInPlace | undefined {
  const folder = root === "" ? "" : join(root, sep);
  return (entry, reserve) => {
    const { path } = entry;
    if (path.includes("\\") || path.includes("..") || isAbsolute(path)) return undefined;
    let file = -1;
    try {
      file = openSync(folder + path, constants.O_RDONLY);
      const info = fstatSync(file);
      const size = info.size;
      if (!info.isFile() || size === 0 || size > MAX_FILE_BYTES) return undefined;
      const record = packLabels === undefined ? entry : { ...entry, packLabels };
      const payload = imageHeaderLength(record) + size;
      const length = framedLength(payload, 0);
      const { memory, at } = reserve(length);
      const { bytes, words } = memory;
      const end = at + length;
      // Padding.
      words[end / 4 - 1] = 0;
      words[at / 4] = MAGIC_WORD;
      bytes.writeUInt32LE(payload, at + 4);
      const start = writeImageHeader(record, bytes, at + PART_HEADER_BYTES);
      if (readSync(file, bytes, start, size, null) !== size) return undefined;
      if (!isWholeByItsEnds(bytes.subarray(start, start + size))) return undefined;
      // A payload that holds the magic on a multiple of four is cut into parts: one in a hundred thousand.
      if (memory.holdsMagic(at + PART_HEADER_BYTES, end)) return undefined;
      return { stat: fileStamp(info), length };
    } catch {
      // The ordinary way meets the same error, and reports it.
      return undefined;
    } finally {
      if (file !== -1) closeSync(file);
    }
  };
}
