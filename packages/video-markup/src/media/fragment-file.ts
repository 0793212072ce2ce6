import { type FileHandle, open } from "node:fs/promises";
import { VideoMarkupError } from "../errors.js";

/** A box of ISO base media (ISO/IEC 14496-12). */
export interface Box {
  readonly type: string;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/**
 * Lists the outermost boxes of a file.
 *
 * @throws {VideoMarkupError} when the last one is cut short
 */
export async function listBoxes(path: string): Promise<Box[]> {
  return await withFile(path, async (file) => {
    const { size } = await file.stat();
    const boxes: Box[] = [];
    const head = Buffer.alloc(16);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(head, 0, 16, at);
      const short = bytesRead >= 8 ? head.readUInt32BE(0) : 0;
      // 1: the size follows as 64 bits. 0, "to the end of the file", is not written by our encoder.
      const byteLength = short === 1 && bytesRead === 16 ? Number(head.readBigUInt64BE(8)) : short;
      if (byteLength < 8 || at + byteLength > size) {
        throw new VideoMarkupError(`${path} is cut short at byte ${at} of ${size}`);
      }
      boxes.push({ type: head.toString("latin1", 4, 8), byteOffset: at, byteLength });
      at += byteLength;
    }
    return boxes;
  });
}

/**
 * Counts the frames of a fragmented file from its `moof` boxes. An encoder that runs out of disk may end
 * with status 0 and a file that is too short, so that its word is not enough.
 *
 * @throws {VideoMarkupError} when the file is cut short
 */
export async function countFragmentFrames(path: string): Promise<number> {
  const boxes = await listBoxes(path);
  return await withFile(path, async (file) => {
    let frames = 0;
    for (const { type, byteOffset, byteLength } of boxes) {
      if (type !== "moof") continue;
      const moof = Buffer.alloc(byteLength);
      await file.read(moof, 0, byteLength, byteOffset);
      for (const traf of within(moof.subarray(8), "traf")) {
        for (const trun of within(traf, "trun")) frames += trun.readUInt32BE(4);
      }
    }
    return frames;
  });
}

/** Contents of the boxes of a type among those that lie one behind the other in `bytes`. */
export function* within(bytes: Buffer, type: string): Generator<Buffer> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const byteLength = bytes.readUInt32BE(at);
    if (byteLength < 8) return;
    if (bytes.toString("latin1", at + 4, at + 8) === type) yield bytes.subarray(at + 8, at + byteLength);
    at += byteLength;
  }
}

async function withFile<Result>(path: string, use: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const file = await open(path, "r");
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
