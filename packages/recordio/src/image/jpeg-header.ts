import { EOI, isFrameHeader, nextSegment, SOF2, SOS } from "./jpeg-segments.js";

/** What a JPEG's header says, read without decoding (ITU T.81 annex B, EXIF 2.3). */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Bits of a sample: 8, or 12 and 16 in unusual files. */
  readonly precision: number;
  readonly progressive: boolean;
  /** Coded with arithmetic coding, lossless or hierarchical: ordinary decoders do not take it. */
  readonly unusual: boolean;
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number;
  /** An Adobe APP14 marker is there; its transform, 0 none, 1 YCC, 2 YCCK. */
  readonly adobeTransform: number | undefined;
  /** Component ids are `R`, `G`, `B`: not YCC at all. */
  readonly rgbIds: boolean;
  /** An ICC profile says what its colours mean. */
  readonly hasColorProfile: boolean;
}

/** Reads a JPEG's header; undefined when it is not a JPEG, or ends before its frame header. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let orientation = 1;
  let adobeTransform: number | undefined;
  let hasColorProfile = false;
  for (
    let segment = nextSegment(bytes, 2);
    segment !== undefined && segment.marker !== EOI && segment.marker !== SOS;
    segment = nextSegment(bytes, segment.end)
  ) {
    const { marker, body, end } = segment;
    if (marker === 0xe1) orientation = exifOrientation(bytes, body, end) ?? orientation;
    if (marker === 0xee && end - body >= 12 && ascii(bytes, body, 5) === "Adobe")
      adobeTransform = bytes[body + 11]!;
    if (marker === 0xe2 && ascii(bytes, body, 11) === "ICC_PROFILE") hasColorProfile = true;
    if (isFrameHeader(marker)) {
      if (end - body < 6) return undefined;
      const components = bytes[body + 5]!;
      const idAt = (n: number): number | undefined => bytes[body + 6 + 3 * n];
      return {
        precision: bytes[body]!,
        height: (bytes[body + 1]! << 8) | bytes[body + 2]!,
        width: (bytes[body + 3]! << 8) | bytes[body + 4]!,
        components,
        progressive: marker === SOF2,
        unusual: marker > SOF2,
        orientation,
        adobeTransform,
        rgbIds: components === 3 && idAt(0) === 0x52 && idAt(1) === 0x47 && idAt(2) === 0x42,
        hasColorProfile,
      };
    }
  }
  return undefined;
}

/** Whether any decoder takes it, and its colours are YCC or grey. */
export function isOrdinary(header: JpegHeader): boolean {
  if (header.precision !== 8 || header.unusual || header.rgbIds) return false;
  if (header.width === 0 || header.height === 0) return false;
  if (header.components === 1) return true;
  return header.components === 3 && header.adobeTransform !== 0;
}

function exifOrientation(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start < 14 || ascii(bytes, start, 4) !== "Exif") return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start + 6, end - start - 6);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return undefined;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return undefined;
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > view.byteLength) return undefined;
    // Tag 0x0112 Orientation, of type SHORT.
    if (view.getUint16(entry, little) === 0x0112) {
      const value = view.getUint16(entry + 8, little);
      return value >= 1 && value <= 8 ? value : undefined;
    }
  }
  return undefined;
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
