import { type GraphBuilder, graphBuilder, type OnnxModel } from "@sightline/onnx";
import type { MapSize } from "./levels.js";

/** Side of the finest cells in pixels; those of each further level are twice as large. */
const CELL = 8;
/** Levels: cells of 8, 16, 32 and 64 pixels. */
const LEVELS = 4;
/** Parts of a cell a side in which features are averaged: a head then sees where in a cell something is. */
const PARTS = 2;
/** Side of an edge filter in pixels. */
const KERNEL = 5;
const DIRECTIONS = 4;

/** Thresholds of brightness above which, and hues of which, there is a channel each. */
const BRIGHTNESS = [0.15, 0.3, 0.45, 0.6, 0.8];
const HUES = 6;
/** Sides of what is around a part, in parts of a cell. */
const SURROUNDS = [5, 9];

/** The side of the filter pyramid's input for a wanted one: its largest cells must fit into it. */
export function pyramidSide(wanted: number): number {
  const multiple = CELL << (LEVELS - 1);
  return Math.ceil(wanted / multiple) * multiple;
}

/** Feature maps of a detector, and the network that makes them. */
export interface FilterPyramid {
  /** Input `pixels` [N, 3, side, side], RGB of 0 to 1; its outputs are the maps, finest first. */
  readonly model: OnnxModel;
  readonly maps: readonly MapSize[];
}

/**
 * What a detector learns from without a backbone: brightness in soft steps, hues and edges by direction, averaged over
 * the quarters of cells of 8 to 64 pixels. Nothing of it is learnt; it tells dark from light and coloured from grey.
 *
 * @param side of the input in pixels, as {@link pyramidSide} gives it
 */
export function buildFilterPyramid(side: number): FilterPyramid {
  const g = graphBuilder({ name: "filter-pyramid" });
  const pixels = g.input("pixels", "float32", ["N", 3, side, side]);
  // One convolution for brightness and hues: 1 x 1 over the colours.
  const rows: number[][] = [[0.299, 0.587, 0.114]];
  const cuts: number[] = [0];
  for (const level of BRIGHTNESS) {
    rows.push([0.299, 0.587, 0.114]);
    cuts.push(-level);
  }
  for (let hue = 0; hue < HUES; hue++) {
    const angle = (hue * 2 * Math.PI) / HUES;
    const [redGreen, blueYellow] = [Math.cos(angle), Math.sin(angle)];
    rows.push([0.5 * redGreen - 0.25 * blueYellow, -0.5 * redGreen - 0.25 * blueYellow, 0.5 * blueYellow]);
    cuts.push(-0.02);
  }
  const colours = g.node("Relu", [
    g.node("Conv", [
      pixels,
      g.initializer("colours", [rows.length, 3, 1, 1], Float32Array.from(rows.flat())),
      g.initializer("cuts", [rows.length], Float32Array.from(cuts)),
    ]),
  ]);
  const edges = g.node("Abs", [
    g.node("Conv", [pixels, g.initializer("edges", [DIRECTIONS, 3, KERNEL, KERNEL], edgeFilters())], {
      pads: Array(4).fill((KERNEL - 1) / 2),
    }),
  ]);
  const pooled = { kernel_shape: [CELL / PARTS, CELL / PARTS], strides: [CELL / PARTS, CELL / PARTS] };
  let fine = g.node("AveragePool", [g.node("Concat", [colours, edges], { axis: 1 })], pooled);
  const channels = (rows.length + DIRECTIONS + 2 * SURROUNDS.length) * PARTS ** 2;
  const maps: MapSize[] = [];
  for (let level = 0; level < LEVELS; level++) {
    if (level > 0) fine = g.node("AveragePool", [fine], { kernel_shape: [2, 2], strides: [2, 2] });
    const cells = side / (CELL << level);
    const map = g.node(
      "SpaceToDepth",
      [withContrast(g, fine, colours, level)],
      { blocksize: PARTS },
      { output: `map_${level}` },
    );
    g.output(map, "float32", ["N", channels, cells, cells]);
    maps.push({ channels, height: cells, width: cells });
  }
  return { model: g.build(), maps };
}

/** Adds how much darker, and how much brighter, a part is than what is around it: spots of the size of a level's cells. */
function withContrast(g: GraphBuilder, fine: string, name: string, level: number): string {
  const bounds = [0, 1, 1].map((value, i) =>
    g.initializer(`${name}/${level}/bound${i}`, [1], BigInt64Array.of(BigInt(value))),
  );
  const brightness = g.node("Slice", [fine, ...bounds]);
  const parts = SURROUNDS.flatMap((side) => {
    const around = g.node("AveragePool", [brightness], {
      kernel_shape: [side, side],
      pads: Array(4).fill((side - 1) / 2),
      count_include_pad: 0,
    });
    const brighter = g.node("Sub", [brightness, around]);
    return [g.node("Relu", [brighter]), g.node("Relu", [g.node("Neg", [brighter])])];
  });
  return g.node("Concat", [fine, ...parts], { axis: 1 });
}

/** Differences of brightness across a line, for every direction. */
function edgeFilters(): Float32Array {
  const half = (KERNEL - 1) / 2;
  const filters: number[] = [];
  for (let direction = 0; direction < DIRECTIONS; direction++) {
    const angle = (direction * Math.PI) / DIRECTIONS;
    const filter: number[] = [];
    for (let y = -half; y <= half; y++) {
      for (let x = -half; x <= half; x++) {
        const across = x * Math.cos(angle) + y * Math.sin(angle);
        filter.push(across * Math.exp(-(x * x + y * y) / 4));
      }
    }
    const norm = filter.reduce((sum, value) => sum + Math.abs(value), 0) / 2;
    for (const share of [0.299, 0.587, 0.114]) filters.push(...filter.map((value) => (value * share) / norm));
  }
  return Float32Array.from(filters);
}
