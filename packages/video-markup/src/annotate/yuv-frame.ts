/**
 * A planar YUV 4:2:0 frame with 8 bits a sample, as ffmpeg's `yuv420p`: one brightness sample a pixel,
 * one pair of colour samples for each two by two pixels (odd sides are rounded up). Planes are tight.
 */
export interface Yuv420Frame {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** `width * height` samples. */
  readonly y: Uint8Array;
  /** `ceil(width / 2) * ceil(height / 2)` samples. */
  readonly u: Uint8Array;
  /** As `u`. */
  readonly v: Uint8Array;
  /** `limited` (16 to 235, the rule for video) or `full` (0 to 255). Default `limited`. */
  readonly range?: "limited" | "full";
  /** Colour matrix. Default: `bt709` from 720 rows, else `bt601`, as players assume. */
  readonly matrix?: "bt601" | "bt709";
}

/** Bytes of a tight yuv420p frame. */
export function yuv420ByteLength(width: number, height: number): number {
  return width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
}

/**
 * A frame over the bytes of one raw yuv420p picture; nothing is copied, so drawing changes `bytes`.
 *
 * @throws RangeError when `bytes` is not exactly one frame.
 */
export function yuv420Frame(
  bytes: Uint8Array,
  width: number,
  height: number,
  colour: Pick<Yuv420Frame, "range" | "matrix"> = {},
): Yuv420Frame {
  const expected = yuv420ByteLength(width, height);
  if (bytes.length !== expected) {
    throw new RangeError(
      `A yuv420p frame of ${width}x${height} has ${expected} bytes, but ${bytes.length} were given.`,
    );
  }
  const luma = width * height;
  const chroma = (expected - luma) / 2;
  return {
    width,
    height,
    y: bytes.subarray(0, luma),
    u: bytes.subarray(luma, luma + chroma),
    v: bytes.subarray(luma + chroma),
    ...colour,
  };
}
