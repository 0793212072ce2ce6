import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawFolder, inRange } from "./drawn-folder.js";
import { encodeJpeg } from "./image-codec.js";
import { pictureSvg } from "./picture-svg.js";
import { seededRandom } from "./seeded-random.js";
import { shapes } from "./shapes.js";
import { subject } from "./subjects.js";

/** Options of {@link drawPictures}. */
export interface DrawPicturesOptions {
  /** Where the pictures go: made when missing; must be empty, or hold pictures drawn here before. */
  readonly folder: string;
  /** How many classes, 2 to 8. Default 8. */
  readonly classes?: number;
  /** How many subjects draw, 2 to 10. Default 8. */
  readonly subjects?: number;
  /** Pictures of each class, shared evenly among the subjects; at least one each. Default 40. */
  readonly perClass?: number;
  /** Side of the square pictures in pixels, 32 to 1,024. Default 128. */
  readonly sidePixels?: number;
  /** The same seed and options draw the same pictures. Default 1. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** What {@link drawPictures} drew. */
export interface DrawnPictures {
  readonly folder: string;
  /** CSV with the header subject,classname,img: the columns of State Farm's list of drivers. */
  readonly labelsCsv: string;
  /** Class names in class-id order. */
  readonly classes: readonly string[];
  readonly pictures: number;
  /** True when the folder already held exactly these pictures. */
  readonly unchanged: boolean;
}

/**
 * Draws synthetic pictures into `folder/<class>/img_NNNN.jpg`. Every subject draws
 * every class on paper and with a hand of its own, so a model tested on subjects it
 * has seen looks better than it is: split by subject to see the difference.
 *
 * @throws {RangeError} when a number is out of its range.
 * @throws {SampleError} when the folder holds something else.
 */
export async function drawPictures(options: DrawPicturesOptions): Promise<DrawnPictures> {
  const { folder, signal } = options;
  const count = {
    classes: inRange("classes", options.classes ?? 8, 2, Object.keys(shapes).length),
    subjects: inRange("subjects", options.subjects ?? 8, 2, 10),
    perClass: inRange("perClass", options.perClass ?? 40, 1, 10_000),
    sidePixels: inRange("sidePixels", options.sidePixels ?? 128, 32, 1024),
    seed: options.seed ?? 1,
  };
  const classes = Object.keys(shapes).slice(0, count.classes);
  const { unchanged } = await drawFolder(folder, { version: 1, ...count }, async (partial) => {
    for (const name of classes) await mkdir(join(partial, name));
    const rows = ["subject,classname,img"];
    const random = seededRandom(count.seed);
    const subjects = Array.from({ length: count.subjects }, (_, index) => subject(index, random));
    let number = 0;
    for (const name of classes) {
      for (let index = 0; index < Math.max(count.subjects, count.perClass); index++) {
        signal?.throwIfAborted();
        const hand = subjects[index % subjects.length]!;
        const file = `img_${String(++number).padStart(4, "0")}.jpg`;
        const svg = pictureSvg(shapes[name]!, hand, random, count.sidePixels);
        await writeFile(join(partial, name, file), await encodeJpeg(svg));
        rows.push(`${hand.id},${name},${file}`);
      }
    }
    await writeFile(join(partial, "labels.csv"), `${rows.join("\n")}\n`);
  });
  const pictures = count.classes * Math.max(count.subjects, count.perClass);
  return { folder, labelsCsv: join(folder, "labels.csv"), classes, pictures, unchanged };
}
