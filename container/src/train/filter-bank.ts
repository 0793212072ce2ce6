import type { ImageInput } from "@sightline/contract/image-input";
import { type GraphBuilder, graphBuilder, writeModel } from "@sightline/onnx";

/** Side of the filter bank's input in pixels. */
const SIDE = 96;
/** Directions of the edge filters: every 22.5 degrees, so that the corners of common shapes differ. */
const DIRECTIONS = 8;
/** Side of an edge filter in pixels. */
const KERNEL = 7;
/** Cells a side in which features are averaged, besides over the whole picture; 96, 48 and 24 divide by it. */
const CELLS = 3;

/** Preprocessing of the filter bank: RGB of 0 to 1. */
export const FILTER_BANK_INPUT: ImageInput = {
  width: SIDE,
  height: SIDE,
  channels: "RGB",
  scale: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

/**
 * A backbone that needs no training and no download: colours counted in soft bins, edge energy by direction at
 * three scales, which directions meet (corners), and energy of the energy (texture), each averaged over the picture
 * and over 3 x 3 cells. In: `pixels` float32 [N,3,96,96], RGB of 0 to 1. Out: `features` float32 [N,D].
 */
export function buildFilterBank(): Uint8Array {
  const g = graphBuilder({ name: "filter-bank" });
  const pixels = g.input("pixels", "float32", ["N", 3, SIDE, SIDE]);
  const parts = [...colourFeatures(g, pixels), ...edgeFeatures(g, pixels)];
  g.output(g.node("Concat", parts, { axis: 1 }, { output: "features" }), "float32", ["N", "features"]);
  return writeModel(g.build());
}

/** Luminance and two opponent axes, red-green and blue-yellow. */
const OPPONENT = [
  [0.299, 0.587, 0.114],
  [0.5, -0.5, 0],
  [-0.25, -0.25, 0.5],
] as const;

function colourFeatures(g: GraphBuilder, pixels: string): string[] {
  const weights = g.initializer("opponent", [3, 3, 1, 1], Float32Array.from(OPPONENT.flat()));
  const opponent = g.node("Conv", [pixels, weights]);
  // Soft bins: eight hues around the grey axis and one brightness axis, each cut at several thresholds.
  const rows: number[][] = [];
  const offsets: number[] = [];
  for (let hue = 0; hue < 8; hue++) {
    const angle = (hue * Math.PI) / 4;
    for (const threshold of [0.04, 0.16]) {
      rows.push([0, 4 * Math.cos(angle), 4 * Math.sin(angle)]);
      offsets.push(-4 * threshold);
    }
  }
  for (const level of [0.15, 0.35, 0.55, 0.75, 0.9]) {
    rows.push([4, 0, 0]);
    offsets.push(-4 * level);
  }
  const directions = g.initializer("bins", [rows.length, 3, 1, 1], Float32Array.from(rows.flat()));
  const cuts = g.initializer("bin_cuts", [rows.length], Float32Array.from(offsets));
  const bins = g.node("Relu", [g.node("Conv", [opponent, directions, cuts])]);
  return [mean(g, bins), cells(g, bins, SIDE, CELLS), cells(g, opponent, SIDE, 2 * CELLS)];
}

function edgeFeatures(g: GraphBuilder, pixels: string): string[] {
  const weights = g.initializer("luminance", [1, 3, 1, 1], Float32Array.from(OPPONENT[0]));
  let picture = g.node("Conv", [pixels, weights]);
  const even = g.initializer("even", [DIRECTIONS, 1, KERNEL, KERNEL], gabor(0));
  const odd = g.initializer("odd", [DIRECTIONS, 1, KERNEL, KERNEL], gabor(Math.PI / 2));
  const tiny = g.initializer("tiny", [1], new Float32Array([1e-4]));
  const shape = g.initializer("as_matrix", [3], new BigInt64Array([0n, BigInt(DIRECTIONS), -1n]));
  const parts: string[] = [];
  const pads = { pads: [3, 3, 3, 3] };
  for (let scale = 0; scale < 3; scale++) {
    if (scale > 0) picture = halve(g, picture);
    const strength = magnitude(
      g,
      g.node("Conv", [picture, even], pads),
      g.node("Conv", [picture, odd], pads),
      tiny,
    );
    const energy = evenContrast(g, strength, scale);
    const side = SIDE >> scale;
    parts.push(mean(g, energy), peak(g, energy), cells(g, energy, side, CELLS));
    parts.push(meeting(g, energy, shape, side ** 2, scale));
    parts.push(...texture(g, energy, even, odd, tiny, scale));
  }
  return parts;
}

/** Divides by the picture's average energy: faint lines and bold ones of one shape then look alike. */
function evenContrast(g: GraphBuilder, energy: string, scale: number): string {
  const share = new Float32Array(DIRECTIONS).fill(1 / DIRECTIONS);
  const evenly = g.initializer(`evenly_${scale}`, [1, DIRECTIONS, 1, 1], share);
  const average = g.node("GlobalAveragePool", [g.node("Conv", [energy, evenly])]);
  // An empty picture has no energy at all; its noise shall not be blown up.
  const least = g.initializer(`least_${scale}`, [1], new Float32Array([0.01]));
  return g.node("Div", [energy, g.node("Add", [average, least])]);
}

/** Which directions have energy at the same place: products of all pairs, averaged; flattened to [N, 64]. */
function meeting(g: GraphBuilder, energy: string, shape: string, places: number, scale: number): string {
  const matrix = g.node("Reshape", [energy, shape]);
  const transposed = g.node("Transpose", [matrix], { perm: [0, 2, 1] });
  const share = g.initializer(`share_${scale}`, [1], new Float32Array([1 / places]));
  const products = g.node("Mul", [g.node("MatMul", [matrix, transposed]), share]);
  // The square root brings products back to the size of energies.
  return flat(g, g.node("Sqrt", [g.node("Relu", [products])]));
}

/** Edge energy of the edge energy over all directions, one scale coarser: repeated patterns, closed outlines. */
function texture(
  g: GraphBuilder,
  energy: string,
  even: string,
  odd: string,
  tiny: string,
  scale: number,
): string[] {
  const sum = g.initializer(
    `sum_${scale}`,
    [1, DIRECTIONS, 1, 1],
    new Float32Array(DIRECTIONS).fill(1 / DIRECTIONS),
  );
  const small = halve(g, g.node("Conv", [energy, sum]));
  const pads = { pads: [3, 3, 3, 3] };
  const second = magnitude(g, g.node("Conv", [small, even], pads), g.node("Conv", [small, odd], pads), tiny);
  return [mean(g, second), peak(g, second)];
}

function halve(g: GraphBuilder, value: string): string {
  return g.node("AveragePool", [value], { kernel_shape: [2, 2], strides: [2, 2] });
}

function magnitude(g: GraphBuilder, even: string, odd: string, tiny: string): string {
  const squares = g.node("Add", [g.node("Mul", [even, even]), g.node("Mul", [odd, odd])]);
  return g.node("Sqrt", [g.node("Add", [squares, tiny])]);
}

/** Mean and standard deviation of each channel. */
function mean(g: GraphBuilder, value: string): string {
  const average = g.node("GlobalAveragePool", [value]);
  const apart = g.node("Sub", [value, average]);
  const spread = g.node("Sqrt", [
    g.node("Relu", [g.node("GlobalAveragePool", [g.node("Mul", [apart, apart])])]),
  ]);
  return flat(g, g.node("Concat", [average, spread], { axis: 1 }));
}

function peak(g: GraphBuilder, value: string): string {
  return flat(g, g.node("GlobalMaxPool", [value]));
}

/** Averages over `count` x `count` cells of a map of `side` pixels, which `count` must divide. */
function cells(g: GraphBuilder, value: string, side: number, count: number): string {
  const size = side / count;
  return flat(g, g.node("AveragePool", [value], { kernel_shape: [size, size], strides: [size, size] }));
}

function flat(g: GraphBuilder, value: string): string {
  return g.node("Flatten", [value], { axis: 1 });
}

/** Gabor filters of one phase for every direction, without a response to even brightness. */
function gabor(phase: number): Float32Array {
  const filters = new Float32Array(DIRECTIONS * KERNEL * KERNEL);
  const half = (KERNEL - 1) / 2;
  for (let direction = 0; direction < DIRECTIONS; direction++) {
    const angle = (direction * Math.PI) / DIRECTIONS;
    const filter: number[] = [];
    const window: number[] = [];
    for (let y = -half; y <= half; y++) {
      for (let x = -half; x <= half; x++) {
        const along = x * Math.cos(angle) + y * Math.sin(angle);
        const weight = Math.exp(-(x * x + y * y) / (2 * 1.8 ** 2));
        window.push(weight);
        filter.push(weight * Math.cos((2 * Math.PI * along) / 5 + phase));
      }
    }
    const offset = filter.reduce((a, b) => a + b) / window.reduce((a, b) => a + b);
    const balanced = filter.map((value, i) => value - offset * window[i]!);
    const norm = balanced.reduce((sum, value) => sum + Math.abs(value), 0) / 2;
    filters.set(
      balanced.map((value) => value / norm),
      direction * KERNEL * KERNEL,
    );
  }
  return filters;
}
