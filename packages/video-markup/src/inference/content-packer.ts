import type { FrameGeometry } from "../detectors/geometry.js";
import type { InputData, InputSpec } from "../detectors/input-spec.js";
import { allocateInput, packFrame } from "../detectors/pack-frame.js";

/** Fills a model's input with one frame after the other. */
export interface ContentPacker {
  /** Pixel format in which ffmpeg must deliver the scaled content, without the padding. */
  readonly pixelFormat: "gbrp" | "rgb24";
  /** The input tensor's elements; the same array for every frame. */
  readonly target: InputData;
  /** Puts a frame's content into `target`. */
  pack(content: Uint8Array): void;
}

/**
 * A packer for one frame size. The padding is laid once: it goes neither through the pipe nor through
 * packing. For tensors in planes ffmpeg delivers planes, whose rows are copied or looked up as they lie.
 */
export function createContentPacker(spec: InputSpec, geometry: FrameGeometry): ContentPacker {
  const target = allocateInput(spec);
  const picture = new Uint8Array(spec.width * spec.height * 3).fill(spec.padValue);
  packFrame(picture, spec, target);
  if (spec.layout !== "NHWC") {
    return { pixelFormat: "gbrp", target, pack: planarPacker(spec, geometry, target) };
  }
  return {
    pixelFormat: "rgb24",
    target,
    pack(content) {
      const { left, top, input, content: size } = geometry;
      for (let y = 0; y < size.height; y++) {
        const row = content.subarray(y * size.width * 3, (y + 1) * size.width * 3);
        picture.set(row, ((y + top) * input.width + left) * 3);
      }
      packFrame(picture, spec, target);
    },
  };
}

function planarPacker(
  spec: InputSpec,
  geometry: FrameGeometry,
  target: InputData,
): (content: Uint8Array) => void {
  const { left, top, input, content: size } = geometry;
  const tables = channelTables(spec);
  // ffmpeg's gbrp holds green, blue and red, in this order.
  const sources = spec.channels === "RGB" ? [2, 0, 1] : [1, 0, 2];
  const plane = input.width * input.height;
  const bytes = size.width * size.height;
  // Content as wide as the input lies in one stretch; else it goes row by row.
  const stretch = size.width === input.width ? bytes : size.width;
  return (content) => {
    for (let channel = 0; channel < 3; channel++) {
      const table = tables[channel];
      const from = sources[channel]! * bytes;
      const to = channel * plane + top * input.width + left;
      for (let at = 0, row = 0; at < bytes; at += stretch, row += input.width) {
        const pixels = content.subarray(from + at, from + at + stretch);
        if (table) lookUp(pixels, table, target, to + row);
        else target.set(pixels, to + row);
      }
    }
  };
}

/** Kept small, so that it is compiled for the array types of the one model that a host runs. */
function lookUp(pixels: Uint8Array, table: InputData, target: InputData, offset: number): void {
  for (let i = 0; i < pixels.length; i++) target[offset + i] = table[pixels[i]!]!;
}

/** For each tensor channel, the element that each byte becomes; undefined where that is the byte itself. */
function channelTables(spec: InputSpec): readonly (InputData | undefined)[] {
  // `packFrame` is the one place that knows the arithmetic: it is asked for all 256 values.
  const strip = { ...spec, width: 256, height: 1, layout: "CHW" as const, batch: 1 };
  const bytes = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
  const values = allocateInput(strip);
  packFrame(bytes, strip, values);
  return [0, 1, 2].map((channel) => {
    const table = values.subarray(channel * 256, (channel + 1) * 256) as InputData;
    const same = spec.dtype === "float32" || spec.dtype === "uint8";
    return same && table.every((value, byte) => value === byte) ? undefined : table;
  });
}
