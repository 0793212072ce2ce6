import { readJpegHeader } from "./jpeg-header.js";

/** Format and sides of an encoded image, from its first bytes. */
export interface ImageSize {
  readonly format: "jpeg" | "png" | "webp" | "gif" | "bmp" | "tiff";
  /** In pixels as stored, before any EXIF orientation; 0 where the first bytes do not say. */
  readonly width: number;
  readonly height: number;
}

/** Reads format and sides without decoding; undefined for an unknown format. */
export function imageSize(bytes: Uint8Array): ImageSize | undefined {
  if (bytes.length < 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint32(0);
  if (start >>> 16 === 0xffd8) {
    const header = readJpegHeader(bytes);
    return { format: "jpeg", width: header?.width ?? 0, height: header?.height ?? 0 };
  }
  // PNG: the signature's first word, then IHDR with the sides at 16.
  if (start === 0x89504e47 && bytes.length >= 24) {
    return { format: "png", width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (start === 0x47494638) {
    return { format: "gif", width: view.getUint16(6, true), height: view.getUint16(8, true) };
  }
  if (start >>> 16 === 0x424d && bytes.length >= 26) {
    return { format: "bmp", width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
  }
  if (start === 0x52494646 && view.getUint32(8) === 0x57454250) return { format: "webp", ...webpSize(view) };
  if (start === 0x49492a00 || start === 0x4d4d002a) return { format: "tiff", width: 0, height: 0 };
  return undefined;
}

function webpSize(view: DataView): { width: number; height: number } {
  if (view.byteLength < 30) return { width: 0, height: 0 };
  switch (view.getUint32(12)) {
    case 0x56503820: // "VP8 "
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 0x5650384c: {
      // "VP8L": 14 bits each, minus one
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 0x56503858: // "VP8X": 24 bits each, minus one
      return {
        width: (view.getUint32(24, true) & 0xffffff) + 1,
        height: (view.getUint32(26, true) >>> 8) + 1,
      };
    default:
      return { width: 0, height: 0 };
  }
}
