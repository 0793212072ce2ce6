import { stat } from "node:fs/promises";
import { readRecords } from "@sightline/recordio";
import { makeThumbnail } from "../../image/decode-image.js";
import type { Mistake } from "../evaluation.js";

/** Side of a picture in the report, in pixels. */
const SIDE = 200;

/**
 * The pictures of mistakes, small, by their records' places. A channel in Pipe mode was read once and is gone: there are none.
 *
 * @param path the channel's `.rec` file or FIFO
 */
export async function mistakePictures(
  path: string,
  worst: readonly Mistake[],
): Promise<ReadonlyMap<number, Uint8Array>> {
  const found = new Map<number, Uint8Array>();
  if (worst.length === 0 || !(await stat(path)).isFile()) return found;
  const wanted = new Set(worst.map(({ record }) => record));
  let record = 0;
  for await (const { image } of readRecords(path)) {
    if (wanted.has(record)) found.set(record, await makeThumbnail(image, SIDE));
    record += 1;
    if (found.size === wanted.size) break;
  }
  return found;
}
