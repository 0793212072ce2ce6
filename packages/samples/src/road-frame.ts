import { outlineRadius, type Pothole, type RoadWorld, textureSide } from "./road-world.js";

/** A pothole in one frame. */
export interface PotholeBox {
  /** The same pothole keeps its number from frame to frame. */
  readonly id: number;
  /** Source pixels, left, top, right, bottom; right and bottom are one past the last dark pixel. */
  readonly xyxy: readonly [number, number, number, number];
  /** True while it is too far away to ask anybody to find it: under 24 pixels wide or 8 high. */
  readonly distant: boolean;
}

/** Size and camera of the drawn video. */
export interface RoadView {
  readonly width: number;
  readonly height: number;
}

const cameraHeightMetres = 1.35;

/** Draws the frame seen after driving `travelled` metres into `rgb` (rgb24); returns its potholes. */
export function drawRoadFrame(
  rgb: Uint8Array,
  view: RoadView,
  world: RoadWorld,
  travelled: number,
): PotholeBox[] {
  const { width, height } = view;
  const horizon = Math.round(height * 0.4);
  const focal = width * 0.8;
  drawSky(rgb, width, horizon, travelled);
  for (let row = horizon; row < height; row++) {
    const ahead = (cameraHeightMetres * focal) / (row - horizon + 0.5);
    drawRow(rgb, world, { row, width, ahead, metresPerPixel: ahead / focal, z: travelled + ahead });
  }
  const camera = { width, height, horizon, focal, travelled };
  // Far ones first, so that a near one covers them.
  return [...world.potholes]
    .sort((one, other) => other.z - one.z)
    .flatMap((pothole) => drawPothole(rgb, camera, pothole) ?? []);
}

function drawSky(rgb: Uint8Array, width: number, horizon: number, travelled: number): void {
  for (let row = 0; row < horizon; row++) {
    const share = row / horizon;
    for (let column = 0; column < width; column++) {
      const hill =
        horizon * (0.8 + 0.07 * Math.sin(column / 61 + 0.8) + 0.05 * Math.sin(column / 23 + travelled / 90));
      const at = (row * width + column) * 3;
      const onHill = row > hill;
      rgb[at] = onHill ? 112 : 148 + 70 * share;
      rgb[at + 1] = onHill ? 136 : 186 + 40 * share;
      rgb[at + 2] = onHill ? 116 : 226 + 14 * share;
    }
  }
}

interface Row {
  readonly row: number;
  readonly width: number;
  readonly ahead: number;
  readonly metresPerPixel: number;
  readonly z: number;
}

function drawRow(rgb: Uint8Array, world: RoadWorld, { row, width, ahead, metresPerPixel, z }: Row): void {
  const haze = Math.min(1, ahead / 70);
  const grain = 26 / (1 + ahead / 9);
  const textureRow = (((Math.floor(z * 50) % textureSide) + textureSide) % textureSide) * textureSide;
  const dash = ((z % 6) + 6) % 6 < 3;
  const patches = world.patches.filter((patch) => Math.abs(patch.z - z) < patch.halfLength);
  const start = -(width / 2 - 0.5) * metresPerPixel;
  for (let column = 0; column < width; column++) {
    const x = start + column * metresPerPixel;
    const noise = world.asphalt[textureRow + ((Math.floor(x * 50) + 8192) & (textureSide - 1))]! * grain;
    const fromMiddle = Math.abs(x);
    let [red, green, blue] = [112 + noise, 112 + noise, 116 + noise];
    if (fromMiddle > world.roadHalfWidth + 0.5) {
      [red, green, blue] = [104 + noise * 1.4, 132 + noise * 1.4, 82 + noise];
    } else if (fromMiddle > world.roadHalfWidth) {
      [red, green, blue] = [146 + noise, 134 + noise, 112 + noise];
    } else if (fromMiddle > world.roadHalfWidth - 0.3 && fromMiddle < world.roadHalfWidth - 0.16) {
      [red, green, blue] = [214, 214, 206];
    } else if (dash && fromMiddle < 0.08) {
      [red, green, blue] = [222, 218, 196];
    } else if (patches.some((patch) => Math.abs(patch.x - x) < patch.halfWidth)) {
      [red, green, blue] = [red - 16, green - 16, blue - 15];
    }
    const at = (row * width + column) * 3;
    rgb[at] = byte(red + (186 - red) * haze);
    rgb[at + 1] = byte(green + (196 - green) * haze);
    rgb[at + 2] = byte(blue + (206 - blue) * haze);
  }
}

interface Camera extends RoadView {
  readonly horizon: number;
  readonly focal: number;
  readonly travelled: number;
}

/** Draws one pothole and measures the pixels it darkened; nothing when it is out of sight. */
function drawPothole(rgb: Uint8Array, camera: Camera, pothole: Pothole): PotholeBox | undefined {
  const { width, height, horizon, focal } = camera;
  const ahead = pothole.z - camera.travelled;
  if (ahead > 45 || ahead + pothole.radiusZ < 0.5) return undefined;
  const rowAt = (metres: number) => horizon + (cameraHeightMetres * focal) / Math.max(metres, 0.4) - 0.5;
  const top = Math.max(horizon + 1, Math.floor(rowAt(ahead + pothole.radiusZ * 1.25)));
  const bottom = Math.min(height - 1, Math.ceil(rowAt(ahead - pothole.radiusZ * 1.25)));
  let [left, right, first, last] = [width, -1, height, -1];
  for (let row = top; row <= bottom; row++) {
    const rowAhead = (cameraHeightMetres * focal) / (row - horizon + 0.5);
    const dz = (rowAhead - ahead) / pothole.radiusZ;
    const pixelsPerMetre = focal / rowAhead;
    const middle = width / 2 - 0.5 + pothole.x * pixelsPerMetre;
    const reach = pothole.radiusX * 1.25 * pixelsPerMetre;
    const from = Math.max(0, Math.floor(middle - reach));
    const to = Math.min(width - 1, Math.ceil(middle + reach));
    for (let column = from; column <= to; column++) {
      const dx = (column - middle) / pixelsPerMetre / pothole.radiusX;
      const away = Math.hypot(dx, dz) / outlineRadius(pothole, Math.atan2(dz, dx));
      if (away > 1.16) continue;
      const at = (row * width + column) * 3;
      const shade = away <= 1 ? inside(away, dz) : undefined;
      for (let channel = 0; channel < 3; channel++) {
        const road = rgb[at + channel]!;
        // Around the hole lies a rim of broken, lighter asphalt.
        rgb[at + channel] = byte(shade === undefined ? road + 14 : shade + (road - 112) * 0.25 - channel * 2);
      }
      if (shade === undefined) continue;
      left = Math.min(left, column);
      right = Math.max(right, column);
      first = Math.min(first, row);
      last = Math.max(last, row);
    }
  }
  if (right < left || last < first) return undefined;
  const distant = right + 1 - left < 24 || last + 1 - first < 8;
  return { id: pothole.id, xyxy: [left, first, right + 1, last + 1], distant };
}

/** Brightness of the hole: darkest below its far edge, which throws the shadow. */
function inside(away: number, dz: number): number {
  return 34 + 10 * away * away - 10 * Math.max(0, dz);
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, value));
}
