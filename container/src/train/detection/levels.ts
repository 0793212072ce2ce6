import { priors } from "@sightline/mxnet";

/** Sizes of one feature map. */
export interface MapSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** One feature map of a detector, from the finest on, and its anchors. */
export interface Level extends MapSize {
  /** Where its values begin in a picture's feature row; cell after cell, row by row, each with all channels. */
  readonly offset: number;
  /** Number of the first anchor. */
  readonly firstAnchor: number;
  /** Anchors of each cell. */
  readonly anchorsPerCell: number;
  /** Left, top, right and bottom of its anchors in 0-1, four numbers each. */
  readonly anchors: Float32Array;
}

/** Width to height of anchors, as SSD has them. */
const RATIOS = [1, 2, 0.5, 3, 1 / 3];
/** An anchor of the first size covers so many cells a side: the oblong ones then fit into a head's window of three. */
const CELLS = 1.5;
/** Largest anchor, as a share of the picture's side. */
const LARGEST = 0.95;

/** Lays anchors on feature maps as SSD does: per cell two square ones, the second towards the next level's, and four oblong ones. */
export function planLevels(maps: readonly MapSize[]): Level[] {
  const sizeOf = ({ height, width }: MapSize) => Math.min(LARGEST, CELLS / Math.max(height, width));
  const levels: Level[] = [];
  let [offset, firstAnchor] = [0, 0];
  for (const [index, map] of maps.entries()) {
    const next = maps[index + 1];
    const size = sizeOf(map);
    const between = Math.sqrt(size * (next === undefined ? 1 : sizeOf(next)));
    const grid = { height: map.height, width: map.width, steps: [-1, -1], offsets: [0.5, 0.5], clip: false };
    const anchors = priors({ ...grid, sizes: [size, between], ratios: RATIOS });
    const anchorsPerCell = anchors.length / 4 / (map.height * map.width);
    levels.push({ ...map, offset, firstAnchor, anchorsPerCell, anchors });
    offset += map.channels * map.height * map.width;
    firstAnchor += anchors.length / 4;
  }
  return levels;
}

/** The anchors of all levels, four numbers each. */
export function allAnchors(levels: readonly Level[]): Float32Array {
  return Float32Array.from(levels.flatMap(({ anchors }) => Array.from(anchors)));
}
