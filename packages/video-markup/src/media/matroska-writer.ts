import type { Rational } from "./rational.js";

/** Frames in planar 8-bit formats that ffmpeg takes as V_UNCOMPRESSED, or coded pictures. */
export interface VideoTrack {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** FourCC of the pixel layout: `I420` for yuv420p; for a coded picture that of its codec: `MJPG`, `MPNG`. */
  readonly fourcc: string;
  /** Whether the frames are coded pictures (the bytes of JPEG or PNG files). Default false. */
  readonly coded?: boolean;
  /** Frames a second, for the encoder's rate control; the time stamps alone decide when frames show. */
  readonly frameRate: Rational;
}

// Element ids of the Matroska specification (RFC 9559) and of EBML (RFC 8794).
const id = {
  ebml: [0x1a, 0x45, 0xdf, 0xa3],
  docType: [0x42, 0x82],
  docTypeVersion: [0x42, 0x87],
  docTypeReadVersion: [0x42, 0x85],
  segment: [0x18, 0x53, 0x80, 0x67],
  info: [0x15, 0x49, 0xa9, 0x66],
  timestampScale: [0x2a, 0xd7, 0xb1],
  muxingApp: [0x4d, 0x80],
  writingApp: [0x57, 0x41],
  tracks: [0x16, 0x54, 0xae, 0x6b],
  trackEntry: [0xae],
  trackNumber: [0xd7],
  trackUid: [0x73, 0xc5],
  trackType: [0x83],
  codecId: [0x86],
  codecPrivate: [0x63, 0xa2],
  defaultDuration: [0x23, 0xe3, 0x83],
  video: [0xe0],
  pixelWidth: [0xb0],
  pixelHeight: [0xba],
  uncompressedFourcc: [0x2e, 0xb5, 0x24],
  cluster: [0x1f, 0x43, 0xb6, 0x75],
  timestamp: [0xe7],
  simpleBlock: [0xa3],
} as const;

/** A size of eight bytes with every bit set: length unknown, the element runs until the stream ends. */
const unknownSize = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

/** Bytes before the first frame. Time stamps count nanoseconds, so that every time base is exact. */
export function matroskaHeader(track: VideoTrack): Buffer {
  const nanoseconds = Math.round((1e9 * track.frameRate.den) / track.frameRate.num);
  const entry = element(
    id.trackEntry,
    uint(id.trackNumber, 1),
    uint(id.trackUid, 1),
    uint(id.trackType, 1),
    ...(track.coded === true
      ? [
          element(id.codecId, Buffer.from("V_MS/VFW/FOURCC")),
          element(id.codecPrivate, bitmapInfoHeader(track)),
        ]
      : [element(id.codecId, Buffer.from("V_UNCOMPRESSED"))]),
    uint(id.defaultDuration, nanoseconds),
    element(
      id.video,
      uint(id.pixelWidth, track.width),
      uint(id.pixelHeight, track.height),
      element(id.uncompressedFourcc, Buffer.from(track.fourcc, "latin1")),
    ),
  );
  return Buffer.concat([
    element(
      id.ebml,
      element(id.docType, Buffer.from("matroska")),
      uint(id.docTypeVersion, 4),
      uint(id.docTypeReadVersion, 2),
    ),
    Buffer.from([...id.segment, ...unknownSize]),
    element(
      id.info,
      uint(id.timestampScale, 1),
      element(id.muxingApp, Buffer.from("sightline")),
      element(id.writingApp, Buffer.from("sightline")),
    ),
    element(id.tracks, entry),
  ]);
}

/**
 * Bytes that go before one frame: a cluster of its own, which allows any distance between time stamps.
 *
 * @param timestampNs time stamp in nanoseconds, 0 or more
 * @param byteLength length of the frame that follows
 */
export function matroskaFrameHeader(timestampNs: bigint, byteLength: number): Buffer {
  const timestamp = element(id.timestamp, bigEndian(timestampNs));
  // Track 1, relative time stamp 0, a keyframe.
  const blockHead = Buffer.from([0x81, 0, 0, 0x80]);
  const blockSize = size(blockHead.length + byteLength);
  const blockLength = id.simpleBlock.length + blockSize.length + blockHead.length + byteLength;
  return Buffer.concat([
    Buffer.from(id.cluster),
    size(timestamp.length + blockLength),
    timestamp,
    Buffer.from(id.simpleBlock),
    blockSize,
    blockHead,
  ]);
}

/** The Windows BITMAPINFOHEADER that Matroska keeps for codecs known by a FourCC. */
function bitmapInfoHeader({ width, height, fourcc }: VideoTrack): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(40, 0);
  header.writeInt32LE(width, 4);
  header.writeInt32LE(height, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(24, 14);
  header.write(fourcc, 16, "latin1");
  return header;
}

function element(elementId: readonly number[], ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from(elementId), size(body.length), body]);
}

function uint(elementId: readonly number[], value: number): Buffer {
  return element(elementId, bigEndian(BigInt(value)));
}

function bigEndian(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

/** A data size of eight bytes: marker bit 1 in the first, 56 bits of length. */
function size(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length) | (1n << 56n));
  return bytes;
}
