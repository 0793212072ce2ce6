import type { ImageInput } from "@sightline/contract/image-input";

/**
 * Writes one picture as float32 at `offset` of `target`, channel after channel (NCHW) or pixel after pixel (NHWC):
 * value = (pixel x scale - mean) / std.
 *
 * @param rgb `width * height * 3` bytes, RGB, row by row.
 */
export function packPixels(rgb: Uint8Array, input: ImageInput, target: Float32Array, offset = 0): void {
  const plane = input.width * input.height;
  const [perChannel, perPixel] = input.layout === "NHWC" ? [1, 3] : [plane, 1];
  for (let channel = 0; channel < 3; channel++) {
    // The tensor's order may be BGR; pixels are always RGB.
    const source = input.channels === "RGB" ? channel : 2 - channel;
    const values = channelTable(input, channel);
    let at = offset + channel * perChannel;
    for (let i = 0, from = source; i < plane; i++, from += 3, at += perPixel)
      target[at] = values[rgb[from]!]!;
  }
}

/** A pixel has 256 values: computing each once makes packing a table look-up. */
function channelTable(input: ImageInput, channel: number): Float32Array {
  const mean = input.mean[channel]!;
  const std = input.std[channel]!;
  return Float32Array.from({ length: 256 }, (_, pixel) => (pixel * input.scale - mean) / std);
}
