import { namedError } from "@sightline/foundation/named-error";
import { asBuffer } from "../format/framing.js";

/** The pixels of a BMP file. */
export interface BmpImage {
  /** Three bytes a pixel, RGB, or four with alpha; row by row from the top, without gaps. */
  readonly pixels: Buffer;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** 4 where the file says which of its bits are alpha. */
  readonly channels: 3 | 4;
}

/** Why a BMP cannot be decoded. */
export class BmpError extends namedError("BmpError", Error) {
  constructor(
    /** What is the matter with it. */
    readonly problem: "truncated" | "unsupported" | "unreadable" | "too-large",
    message: string,
  ) {
    super(message);
  }
}

/** Compression of BITMAPINFOHEADER (wingdi.h): none, and masks that say where the colours are. */
const BI_RGB = 0;
const BI_BITFIELDS = 3;
const BI_ALPHABITFIELDS = 6;

/**
 * Decodes a Windows bitmap: 1, 4, 8, 16, 24 or 32 bits a pixel, not run-length coded. libvips, as sharp's binaries have it,
 * reads none.
 *
 * @param maxPixels larger ones are refused before memory is taken for them
 * @throws BmpError
 */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): BmpImage {
  const file = asBuffer(bytes);
  if (file.length < 54) throw new BmpError("truncated", `the BMP is truncated: it has ${file.length} bytes`);
  const start = file.readUInt32LE(10);
  const headerBytes = file.readUInt32LE(14);
  if (headerBytes < 40) throw new BmpError("unsupported", "the BMP has a header of OS/2; save it anew");
  const width = file.readInt32LE(18);
  const height = Math.abs(file.readInt32LE(22));
  const bits = file.readUInt16LE(28);
  const compression = file.readUInt32LE(30);
  if (width < 1 || height < 1)
    throw new BmpError("unreadable", `the BMP says that it has ${width}x${height} pixels`);
  if (width * height > maxPixels) {
    throw new BmpError(
      "too-large",
      `the image has more than ${maxPixels} pixels; raise maxPixels (--max-pixels) to take it`,
    );
  }
  const hasMasks = compression === BI_BITFIELDS || compression === BI_ALPHABITFIELDS;
  if (![1, 4, 8, 16, 24, 32].includes(bits) || (compression !== BI_RGB && !hasMasks)) {
    throw new BmpError(
      "unsupported",
      `the BMP is of ${bits} bits a pixel in compression ${compression}; save it uncompressed`,
    );
  }
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (start + stride * height > file.length) {
    throw new BmpError(
      "truncated",
      `the BMP is truncated: ${start + stride * height} bytes are needed, ${file.length} are there`,
    );
  }
  const isTopDown = file.readInt32LE(22) < 0;
  const rowAt = (y: number): number => start + stride * (isTopDown ? y : height - 1 - y);
  const size = { width, height };
  if (bits <= 8) {
    const colors = file.readUInt32LE(46) || 1 << bits;
    const palette = file.subarray(
      14 + headerBytes,
      Math.min(start, 14 + headerBytes + 4 * Math.min(256, colors)),
    );
    return { ...size, channels: 3, pixels: fromPalette(file, size, bits, palette, rowAt) };
  }
  if (bits === 24) return { ...size, channels: 3, pixels: fromBytes(file, size, rowAt) };
  const masks = hasMasks
    ? [0, 4, 8].map((at) => file.readUInt32LE(54 + at))
    : bits === 16
      ? RGB_555
      : RGB_888;
  const hasAlpha = (hasMasks && headerBytes >= 56) || compression === BI_ALPHABITFIELDS;
  const alpha = hasAlpha ? file.readUInt32LE(66) : 0;
  const channels = alpha === 0 ? 3 : 4;
  const wanted = (alpha === 0 ? masks : [...masks, alpha]).map(channelOf);
  return { ...size, channels, pixels: fromMasks(file, size, bits / 8, wanted, rowAt) };
}

const RGB_555 = [0x7c00, 0x03e0, 0x001f];
const RGB_888 = [0xff0000, 0x00ff00, 0x0000ff];

interface Size {
  readonly width: number;
  readonly height: number;
}

function fromPalette(
  file: Buffer,
  { width, height }: Size,
  bits: number,
  palette: Buffer,
  rowAt: (y: number) => number,
): Buffer {
  const out = Buffer.alloc(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const row = rowAt(y);
    for (let x = 0; x < width; x++, to += 3) {
      const bit = x * bits;
      const index = (file[row + (bit >> 3)]! >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
      // A colour that the palette has not is black, as in other readers.
      out[to] = palette[4 * index + 2] ?? 0;
      out[to + 1] = palette[4 * index + 1] ?? 0;
      out[to + 2] = palette[4 * index] ?? 0;
    }
  }
  return out;
}

function fromBytes(file: Buffer, { width, height }: Size, rowAt: (y: number) => number): Buffer {
  const out = Buffer.allocUnsafe(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, at = rowAt(y); x < width; x++, at += 3, to += 3) {
      out[to] = file[at + 2]!;
      out[to + 1] = file[at + 1]!;
      out[to + 2] = file[at]!;
    }
  }
  return out;
}

/** Where a channel's bits are, and the largest value that they have. */
interface Channel {
  readonly shift: number;
  readonly most: number;
}

function channelOf(mask: number): Channel {
  if (mask === 0) return { shift: 0, most: 0 };
  const shift = 31 - Math.clz32(mask & -mask);
  return { shift, most: mask >>> shift };
}

function fromMasks(
  file: Buffer,
  { width, height }: Size,
  bytes: number,
  channels: readonly Channel[],
  rowAt: (y: number) => number,
): Buffer {
  const out = Buffer.alloc(width * height * channels.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, at = rowAt(y); x < width; x++, at += bytes) {
      const word = bytes === 2 ? file.readUInt16LE(at) : file.readUInt32LE(at);
      for (const { shift, most } of channels) {
        // `>>>` twice: the mask may reach the top bit.
        const value = ((word >>> shift) & most) >>> 0;
        out[to++] = most === 0 ? 0 : Math.round((value * 255) / most);
      }
    }
  }
  return out;
}
