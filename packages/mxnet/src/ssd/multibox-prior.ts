import type { Converter } from "../graph.js";

/**
 * The anchors of one feature map, `[1, H * W * anchors, 4]` as xyxy in 0-1: constants, since the map's size is known.
 * For each cell: every size with the first ratio, then the first size with the other ratios. In float32 and in MXNet's
 * order of operations (src/operator/contrib/multibox_prior.cc), so that they are equal to the bit.
 */
export const multiboxPrior: Converter = (context) => {
  const { settings } = context;
  const input = context.inputOf(0, 4);
  const [height, width] = [input.shape[2]!, input.shape[3]!];
  const anchors = priors({
    height,
    width,
    sizes: settings.numbers("sizes", [1]),
    ratios: settings.numbers("ratios", [1]),
    steps: settings.numbers("steps", [-1, -1]),
    offsets: settings.numbers("offsets", [0.5, 0.5]),
    clip: settings.flag("clip", false),
  });
  const shape = [1, anchors.length / 4, 4];
  return { name: context.constant("anchors", shape, anchors), shape, constant: anchors };
};

/** Settings of MultiBoxPrior, under its names; steps and offsets are y, then x. */
export interface PriorSettings {
  /** Cells of the map, from top to bottom. */
  readonly height: number;
  /** Cells of the map, from left to right. */
  readonly width: number;
  /** Heights of square anchors as shares of the picture's. */
  readonly sizes: readonly number[];
  /** Width to height; the first goes with every size, the others with the first size. */
  readonly ratios: readonly number[];
  /** Distances of cells as shares of the picture's sides; 0 or less: what the map's size gives. */
  readonly steps: readonly number[];
  /** Where in a cell its anchors are centred, 0 to 1. */
  readonly offsets: readonly number[];
  /** Whether anchors are cut at the picture's border. */
  readonly clip: boolean;
}

/** The anchors, four numbers each. */
export function priors({ height, width, sizes, ratios, steps, offsets, clip }: PriorSettings): Float32Array {
  const f = Math.fround;
  const [stepY, stepX] = [stepOf(steps[0], height), stepOf(steps[1], width)];
  const [offsetY, offsetX] = [f(offsets[0] ?? 0.5), f(offsets[1] ?? 0.5)];
  const ratio0 = ratios[0] === undefined ? 1 : f(Math.sqrt(f(ratios[0])));
  const halves: [number, number][] = sizes.map((size) => {
    const s = f(size);
    return [f(f(f(f(s * height) / width) * ratio0) / 2), f(f(s / ratio0) / 2)];
  });
  const size0 = f(sizes[0] ?? 1);
  for (const ratio of ratios.slice(1)) {
    const root = f(Math.sqrt(f(ratio)));
    halves.push([f(f(f(f(size0 * height) / width) * root) / 2), f(f(size0 / root) / 2)]);
  }
  const anchors = new Float32Array(height * width * halves.length * 4);
  let at = 0;
  for (let row = 0; row < height; row++) {
    const y = f(f(row + offsetY) * stepY);
    for (let column = 0; column < width; column++) {
      const x = f(f(column + offsetX) * stepX);
      for (const [w, h] of halves) {
        anchors[at++] = x - w;
        anchors[at++] = y - h;
        anchors[at++] = x + w;
        anchors[at++] = y + h;
      }
    }
  }
  return clip ? anchors.map((value) => Math.min(1, Math.max(0, value))) : anchors;
}

/** A step of zero or less means one cell. */
function stepOf(step: number | undefined, cells: number): number {
  return step === undefined || step <= 0 ? Math.fround(1 / cells) : Math.fround(step);
}
