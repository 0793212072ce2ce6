import { type FileHandle, open } from "node:fs/promises";
import type { Size } from "../detection.js";

/** What the first bytes of a JPEG or PNG file tell. */
export interface PictureHead extends Size {
  readonly codec: "jpeg" | "png";
}

const pngSignature = "89504e470d0a1a0a";
/** The Exif segment stands near the front; a file of more segments than this before its frame is none of use. */
const mostSegments = 1000;

/**
 * Format and upright size in pixels of a JPEG or PNG file, read from its head alone; undefined for any other
 * file and for a head that makes no sense.
 */
export async function readPictureHead(path: string): Promise<PictureHead | undefined> {
  const file = await open(path, "r");
  try {
    const start = await read(file, 0, 24);
    if (start.length === 24 && start.toString("hex", 0, 8) === pngSignature) {
      // The PNG specification puts the IHDR chunk first: its width and height begin at byte 16.
      return sized("png", start.readUInt32BE(16), start.readUInt32BE(20));
    }
    return start.length >= 2 && start.readUInt16BE(0) === 0xffd8 ? await jpegHead(file) : undefined;
  } finally {
    await file.close();
  }
}

async function jpegHead(file: FileHandle): Promise<PictureHead | undefined> {
  let turned = false;
  let at = 2;
  for (let n = 0; n < mostSegments; n++) {
    const head = await read(file, at, 4);
    if (head.length < 4 || head[0] !== 0xff) return undefined;
    const marker = head[1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = head.readUInt16BE(2);
    // SOF0 to SOF15 of ITU T.81 (without DHT, JPG and DAC among them): precision, height, width.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const frame = await read(file, at + 4, 5);
      if (frame.length < 5) return undefined;
      const [height, width] = [frame.readUInt16BE(1), frame.readUInt16BE(3)];
      return turned ? sized("jpeg", height, width) : sized("jpeg", width, height);
    }
    if (marker === 0xe1) turned ||= turnsSides(await read(file, at + 4, length - 2));
    at += 2 + length;
  }
  return undefined;
}

/** Whether an Exif segment's orientation (tag 0x0112 of its first directory) exchanges width and height: 5 to 8. */
function turnsSides(segment: Buffer): boolean {
  if (segment.toString("latin1", 0, 6) !== "Exif\0\0" || segment.length < 14) return false;
  const tiff = segment.subarray(6);
  const little = tiff.toString("latin1", 0, 2) === "II";
  const short = (at: number) =>
    at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at);
  const directory = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  const entries = short(directory);
  for (let n = 0; n < entries; n++) {
    const entry = directory + 2 + 12 * n;
    if (short(entry) === 0x0112) return short(entry + 8) >= 5 && short(entry + 8) <= 8;
  }
  return false;
}

function sized(codec: PictureHead["codec"], width: number, height: number): PictureHead | undefined {
  return width > 0 && height > 0 ? { codec, width, height } : undefined;
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(
    Buffer.alloc(Math.max(0, length)),
    0,
    Math.max(0, length),
    position,
  );
  return buffer.subarray(0, bytesRead);
}
