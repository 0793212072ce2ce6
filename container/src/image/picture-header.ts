/** What the first bytes of an encoded picture say about it; nothing is decoded. */
export interface PictureHeader {
  readonly format: "jpeg" | "png" | "webp" | "gif" | "tiff";
  /** Pixels, before any turning. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** True when the decoder works through it row by row and never holds the whole picture. */
  readonly sequential: boolean;
}

/**
 * Reads format and size of a picture, so that the memory of its decoding can be set aside before anything is decoded.
 *
 * The decoder does not trust these figures: it refuses a picture that turns out larger than its header said.
 *
 * @returns undefined for other formats, and for a header that is cut short or makes no sense
 */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const header = readJpeg(view) ?? readPng(view) ?? readGif(view) ?? readWebp(view) ?? readTiff(view);
    return header && header.width > 0 && header.height > 0 ? header : undefined;
  } catch (error) {
    // A read past the end: the header is cut short.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** ITU T.81: segments from marker to marker until a frame header; the thumbnail inside an APP1 segment is skipped with it. */
function readJpeg(view: DataView): PictureHeader | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; ; ) {
    while (view.getUint8(at) !== 0xff) at += 1;
    while (view.getUint8(at) === 0xff) at += 1;
    const marker = view.getUint8(at);
    at += 1;
    // SOF0 to SOF15, without DHT (C4), JPG (C8) and DAC (CC).
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const [height, width] = [view.getUint16(at + 3), view.getUint16(at + 5)];
      // Above SOF1 (extended sequential) the coefficients of the whole picture are kept until its last scan.
      return { format: "jpeg", width, height, sequential: marker <= 0xc1 };
    }
    // TEM, RSTn and SOI stand alone; every other segment has a length.
    const alone = marker === 0x00 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (!alone) at += view.getUint16(at);
  }
}

/** RFC 2083: the signature, then IHDR; its last byte tells of Adam7 interlacing. */
function readPng(view: DataView): PictureHeader | undefined {
  if (view.byteLength < 29 || view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a)
    return undefined;
  return {
    format: "png",
    width: view.getUint32(16),
    height: view.getUint32(20),
    sequential: view.getUint8(28) === 0,
  };
}

/** GIF89a: the logical screen, little-endian. */
function readGif(view: DataView): PictureHeader | undefined {
  if (view.byteLength < 10 || view.getUint32(0) !== 0x47494638) return undefined;
  return {
    format: "gif",
    width: view.getUint16(6, true),
    height: view.getUint16(8, true),
    sequential: false,
  };
}

/** RFC 9649: a RIFF container whose first chunk is VP8X, VP8L or "VP8 ". */
function readWebp(view: DataView): PictureHeader | undefined {
  if (view.byteLength < 30 || view.getUint32(0) !== 0x52494646 || view.getUint32(8) !== 0x57454250)
    return undefined;
  const uint24 = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000;
  const size = (width: number, height: number): PictureHeader => ({
    format: "webp",
    width,
    height,
    sequential: false,
  });
  const chunk = view.getUint32(12);
  if (chunk === 0x56503858) return size(uint24(24) + 1, uint24(27) + 1);
  if (chunk === 0x5650384c) {
    const bits = view.getUint32(21, true);
    return size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  }
  if (chunk === 0x56503820) return size(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
  return undefined;
}

/** TIFF 6.0: the tags ImageWidth (256) and ImageLength (257) of the first directory, SHORT or LONG. */
function readTiff(view: DataView): PictureHeader | undefined {
  if (view.byteLength < 8) return undefined;
  const order = view.getUint32(0);
  const little = order === 0x49492a00;
  if (!little && order !== 0x4d4d002a) return undefined;
  const directory = view.getUint32(4, little);
  let [width, height] = [0, 0];
  for (let i = 0; i < view.getUint16(directory, little); i++) {
    const entry = directory + 2 + i * 12;
    const tag = view.getUint16(entry, little);
    if (tag !== 256 && tag !== 257) continue;
    const isShort = view.getUint16(entry + 2, little) === 3;
    const value = isShort ? view.getUint16(entry + 8, little) : view.getUint32(entry + 8, little);
    if (tag === 256) width = value;
    else height = value;
  }
  return { format: "tiff", width, height, sequential: false };
}

/** Default limit of a picture in pixels: about 150 MB decoded. */
export const MAX_PIXELS = 50_000_000;

/** Longest side of a picture in pixels, as JPEG and GIF have it: scaling holds some rows whole, however few there are. */
export const MAX_SIDE = 65_535;

/**
 * Bytes of memory that decoding and scaling a picture take, beside its encoded bytes. Measured at 7,000 x 7,000 pixels: 0.1 to
 * 0.9 a pixel where it works row by row; where the whole picture is held 5.1 (GIF), 6.1 (progressive JPEG), 9.4
 * (interlaced 16-bit PNG). At 1,048,608 x 32: 2,600 for each pixel of a row. JPEGs of up to 4 million pixels may be held whole, as RGB.
 *
 * @param maxPixels a larger picture is refused before it is decoded
 * @returns 0 for what is no picture: it is refused by its first bytes
 */
export function decodingBytes(bytes: Uint8Array, maxPixels: number): number {
  const header = readPictureHeader(bytes);
  if (!header) return 0;
  const { width, height, sequential } = header;
  const side = Math.max(width, height);
  if (width * height > maxPixels || side > MAX_SIDE) return 0;
  const pixels = width * height;
  return (sequential ? pixels + 3 * Math.min(pixels, 4_000_000) : 10 * pixels) + side * 5000;
}
