/** A rectangle of an image in a resizer's own memory. */
export interface PixelArea {
  /** Offset of its first byte from the start of the source. */
  readonly offset: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/** Copies an area of four bytes a pixel without gaps. */
export function copyArea(source: Buffer, area: PixelArea, out: Buffer): void {
  for (let y = 0; y < area.height; y++) {
    const start = area.offset + y * area.stride;
    source.copy(out, y * area.width * 4, start, start + area.width * 4);
  }
}

/**
 * Where a source starts in WebAssembly memory, in bytes. Not on a multiple of 32: there libjpeg-turbo's AVX2 code writes
 * past the processor's caches (`vmovntdq`), and resampling would fetch every pixel from main memory again.
 */
export const SOURCE_START = 16;
