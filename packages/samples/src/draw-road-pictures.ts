import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawFolder, inRange } from "./drawn-folder.js";
import { encodeRgb } from "./image-codec.js";
import { drawRoadFrame, type PotholeBox } from "./road-frame.js";
import { roadWorld } from "./road-world.js";

/** Options of {@link drawRoadPictures}. */
export interface DrawRoadPicturesOptions {
  /** Where pictures and boxes go: made when missing; must be empty, or hold pictures drawn here before. */
  readonly folder: string;
  /** How many roads, each with potholes of its own, 1 to 100. Default 10. */
  readonly roads?: number;
  /** Pictures of each road, 2 to 1,000. Default 24. */
  readonly perRoad?: number;
  /** Width in pixels, even, 160 to 1,920; the height is 9/16 of it. Default 640. */
  readonly width?: number;
  /** The first road's; the same seed and options draw the same pictures. Default 100: no road of the videos. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** What {@link drawRoadPictures} drew. */
export interface DrawnRoadPictures {
  readonly folder: string;
  /** Folder with a Pascal VOC annotation of each picture. */
  readonly annotations: string;
  /** Folder with the pictures, `road-RR-NNN.jpg`. */
  readonly images: string;
  readonly pictures: number;
  /** Potholes in all pictures, without the distant ones. */
  readonly boxes: number;
  /** True when the folder already held exactly these pictures. */
  readonly unchanged: boolean;
}

/**
 * Draws pictures of the synthetic road with Pascal VOC annotations of its potholes, in `folder/images` and
 * `folder/annotations`. Distant potholes are marked as difficult: nobody is asked to find them.
 *
 * @throws {RangeError} when a number is out of its range.
 * @throws {SampleError} when the folder holds something else.
 */
export async function drawRoadPictures(options: DrawRoadPicturesOptions): Promise<DrawnRoadPictures> {
  const { folder, signal } = options;
  const settings = {
    version: 1,
    roads: inRange("roads", options.roads ?? 10, 1, 100),
    perRoad: inRange("perRoad", options.perRoad ?? 24, 2, 1000),
    width: inRange("width", options.width ?? 640, 160, 1920),
    seed: options.seed ?? 100,
  };
  const places = { folder, annotations: join(folder, "annotations"), images: join(folder, "images") };
  const pictures = settings.roads * settings.perRoad;
  const { facts, unchanged } = await drawFolder(folder, settings, async (partial) => {
    let boxes = 0;
    await mkdir(join(partial, "images"));
    await mkdir(join(partial, "annotations"));
    for (let road = 0; road < settings.roads; road++) {
      for (const { name, rgb, view, potholes } of drawRoad(road, settings)) {
        signal?.throwIfAborted();
        await writeFile(join(partial, "images", `${name}.jpg`), await encodeRgb(rgb, view));
        await writeFile(join(partial, "annotations", `${name}.xml`), annotation(name, view, potholes));
        boxes += potholes.filter(({ distant }) => !distant).length;
      }
    }
    return { boxes };
  });
  return { ...places, pictures, boxes: facts.boxes, unchanged };
}

/** Metres between two pictures of a road: what is in sight changes by half. */
const STEP_METRES = 5;

function* drawRoad(
  road: number,
  settings: { readonly perRoad: number; readonly width: number; readonly seed: number },
) {
  const { perRoad, width, seed } = settings;
  const view = { width, height: Math.round((width * 9) / 32) * 2 };
  const speed = roadWorld(1, seed).speedMetresPerSecond;
  const world = roadWorld((perRoad * STEP_METRES) / speed, seed + road);
  for (let picture = 0; picture < perRoad; picture++) {
    const rgb = new Uint8Array(view.width * view.height * 3);
    const potholes = drawRoadFrame(rgb, view, world, picture * STEP_METRES);
    const name = `road-${String(road).padStart(2, "0")}-${String(picture).padStart(3, "0")}`;
    yield { name, rgb, view, potholes };
  }
}

/** Pascal VOC: edges in pixels from 1, the last ones included. */
function annotation(
  name: string,
  { width, height }: { readonly width: number; readonly height: number },
  potholes: readonly PotholeBox[],
): string {
  const objects = potholes.map(
    ({ xyxy: [left, top, right, bottom], distant }) => `  <object>
    <name>pothole</name>
    <difficult>${distant ? 1 : 0}</difficult>
    <bndbox><xmin>${left + 1}</xmin><ymin>${top + 1}</ymin><xmax>${right}</xmax><ymax>${bottom}</ymax></bndbox>
  </object>
`,
  );
  return `<annotation>
  <filename>${name}.jpg</filename>
  <source><annotation>synthetic</annotation></source>
  <size><width>${width}</width><height>${height}</height><depth>3</depth></size>
${objects.join("")}</annotation>
`;
}
