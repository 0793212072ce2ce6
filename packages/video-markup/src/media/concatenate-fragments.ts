import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { VideoMarkupError } from "../errors.js";

/** A box of ISO base media (ISO/IEC 14496-12). */
interface Box {
  readonly type: string;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/**
 * Writes the fragments of fragmented MP4 files one behind the other: the header of the first, then the
 * `moof` and `mdat` boxes of all. The files come from encoders with the same settings, and their time
 * stamps are absolute, so that the result is one valid stream.
 */
export async function concatenateFragments(paths: readonly string[], target: Writable): Promise<void> {
  for (const [n, path] of paths.entries()) {
    const wanted = n === 0 ? ["ftyp", "moov", "moof", "mdat"] : ["moof", "mdat"];
    for (const { byteOffset, byteLength } of runsOf(await listBoxes(path), wanted)) {
      const part = createReadStream(path, {
        start: byteOffset,
        end: byteOffset + byteLength - 1,
        highWaterMark: 256 * 1024,
      });
      await pipeline(part, target, { end: false });
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

async function listBoxes(path: string): Promise<Box[]> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const boxes: Box[] = [];
    const head = Buffer.alloc(16);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(head, 0, 16, at);
      const short = bytesRead >= 8 ? head.readUInt32BE(0) : 0;
      // 1: the size follows as 64 bits. 0, "to the end of the file", is not written by our encoder.
      const byteLength = short === 1 && bytesRead === 16 ? Number(head.readBigUInt64BE(8)) : short;
      if (byteLength < 8 || at + byteLength > size) {
        throw new VideoMarkupError(
          `${path} is cut short at byte ${at} of ${size}; remove it to encode it again`,
        );
      }
      boxes.push({ type: head.toString("latin1", 4, 8), byteOffset: at, byteLength });
      at += byteLength;
    }
    return boxes;
  } finally {
    await file.close();
  }
}
