import { type SeededRandom, seededRandom } from "./seeded-random.js";

/** A pothole on the road; metres, x to the right of the camera's path, z ahead of its start. */
export interface Pothole {
  readonly id: number;
  readonly x: number;
  readonly z: number;
  readonly radiusX: number;
  readonly radiusZ: number;
  /** Outline: the share of the radius in 12 directions, smoothed between them. */
  readonly outline: readonly number[];
}

/** A flat mark on the road that is not a pothole: an old repair, a little darker than the road. */
export interface Patch {
  readonly x: number;
  readonly z: number;
  readonly halfWidth: number;
  readonly halfLength: number;
}

/** The drawn world: a straight road that the camera drives along. */
export interface RoadWorld {
  readonly potholes: readonly Pothole[];
  readonly patches: readonly Patch[];
  /** Tileable asphalt, 256 x 256 brightness offsets of about -1 to 1, 2 cm a texel. */
  readonly asphalt: Float32Array;
  readonly speedMetresPerSecond: number;
  readonly roadHalfWidth: number;
}

export const textureSide = 256;

/** Draws lots for a world long enough for `seconds` of driving. */
export function roadWorld(seconds: number, seed: number): RoadWorld {
  const random = seededRandom(seed);
  const speedMetresPerSecond = 7;
  const roadHalfWidth = 3.6;
  const length = 12 + seconds * speedMetresPerSecond + 40;
  const potholes: Pothole[] = [];
  for (let z = 9; z < length; z += random.between(4.5, 8.5)) {
    potholes.push({
      id: potholes.length + 1,
      x: random.between(-2.6, 2.6),
      z,
      radiusX: random.between(0.28, 0.62),
      radiusZ: random.between(0.3, 0.75),
      outline: Array.from({ length: 12 }, () => random.between(0.78, 1.06)),
    });
  }
  const patches: Patch[] = [];
  for (let z = 6; z < length; z += random.between(7, 13)) {
    patches.push({
      x: random.between(-2.4, 2.4),
      z,
      halfWidth: random.between(0.4, 0.9),
      halfLength: random.between(0.6, 1.8),
    });
  }
  return { potholes, patches, asphalt: asphaltTexture(random), speedMetresPerSecond, roadHalfWidth };
}

/** Share of the pothole's radius that its outline has in the direction `angle` (radians). */
export function outlineRadius(pothole: Pothole, angle: number): number {
  const { outline } = pothole;
  const at = ((angle / (2 * Math.PI) + 1) % 1) * outline.length;
  const before = Math.floor(at) % outline.length;
  const share = at - Math.floor(at);
  const smooth = share * share * (3 - 2 * share);
  return outline[before]! * (1 - smooth) + outline[(before + 1) % outline.length]! * smooth;
}

function asphaltTexture(random: SeededRandom): Float32Array {
  const texture = new Float32Array(textureSide * textureSide);
  for (let index = 0; index < texture.length; index++) texture[index] = random.between(-0.6, 0.6);
  // Coarser stains on top of the grain, tileable because the lattice wraps around.
  for (const cells of [32, 8]) {
    const lattice = Float32Array.from({ length: cells * cells }, () => random.between(-0.35, 0.35));
    const size = textureSide / cells;
    for (let y = 0; y < textureSide; y++) {
      for (let x = 0; x < textureSide; x++) {
        const [cx, cy] = [x / size, y / size];
        const [x0, y0] = [Math.floor(cx), Math.floor(cy)];
        const [fx, fy] = [cx - x0, cy - y0];
        const cell = (dx: number, dy: number) => lattice[((y0 + dy) % cells) * cells + ((x0 + dx) % cells)]!;
        const top = cell(0, 0) * (1 - fx) + cell(1, 0) * fx;
        const bottom = cell(0, 1) * (1 - fx) + cell(1, 1) * fx;
        texture[y * textureSide + x]! += top * (1 - fy) + bottom * fy;
      }
    }
  }
  return texture;
}
