import { once } from "node:events";
import { createReadStream } from "node:fs";
import type { Writable } from "node:stream";
import { type Box, listBoxes } from "./fragment-file.js";

/**
 * Writes the fragments of fragmented MP4 files one behind the other: the header of the first, then the
 * `moof` and `mdat` boxes of all. The files come from encoders with the same settings, and their time
 * stamps are absolute, so that the result is one valid stream.
 */
export async function concatenateFragments(paths: readonly string[], target: Writable): Promise<void> {
  for (const [n, path] of paths.entries()) {
    const wanted = n === 0 ? ["ftyp", "moov", "moof", "mdat"] : ["moof", "mdat"];
    for (const { byteOffset, byteLength } of runsOf(await listBoxes(path), wanted)) {
      const end = byteOffset + byteLength - 1;
      const part = createReadStream(path, { start: byteOffset, end, highWaterMark: 256 * 1024 });
      for await (const chunk of part) {
        if (!target.write(chunk)) await once(target, "drain");
      }
    }
  }
}

/** Neighbouring wanted boxes as one stretch of bytes. */
function* runsOf(boxes: readonly Box[], wanted: readonly string[]): Generator<Omit<Box, "type">> {
  let run: { byteOffset: number; byteLength: number } | undefined;
  for (const { type, byteOffset, byteLength } of boxes) {
    if (wanted.includes(type)) {
      run ??= { byteOffset, byteLength: 0 };
      run.byteLength += byteLength;
    } else if (run) {
      yield run;
      run = undefined;
    }
  }
  if (run) yield run;
}
