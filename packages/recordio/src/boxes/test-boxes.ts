import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach } from "vitest";

/** Gives each test of a file a folder of its own; what it returns is filled in before each. */
export function useFolder(): { path: string } {
  const folder = { path: "" };
  beforeEach(async () => {
    folder.path = await mkdtemp(join(tmpdir(), "recordio-boxes-"));
  });
  afterEach(async () => {
    await rm(folder.path, { recursive: true });
  });
  return folder;
}

/** Writes a file with the folders that it lies in. @returns its path */
export async function writeText(
  folder: { readonly path: string },
  name: string,
  text: string,
): Promise<string> {
  const path = join(folder.path, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

/** A box in pixels. */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Writes a grey picture with red rectangles, drawn on the pixels as stored, and an EXIF orientation. */
export async function drawBoxes(
  path: string,
  sides: { readonly width: number; readonly height: number },
  boxes: readonly PixelBox[],
  orientation = 1,
): Promise<void> {
  const pixels = Buffer.alloc(sides.width * sides.height * 3, 128);
  for (const { left, top, width, height } of boxes) {
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) pixels.set([255, 0, 0], (y * sides.width + x) * 3);
    }
  }
  const image = sharp(pixels, { raw: { ...sides, channels: 3 } }).withMetadata({ orientation });
  // Colours at their full resolution: the edges are looked for.
  await writeFile(path, await image.jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer());
}

/** Left, top, right and bottom of what is red, as shares of the sides; undefined where nothing is. */
export async function findRed(image: Uint8Array): Promise<[number, number, number, number] | undefined> {
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
  let [left, top, right, bottom] = [info.width, info.height, -1, -1];
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < info.width; x++) {
      const at = (y * info.width + x) * info.channels;
      if (data[at]! - data[at + 1]! < 128) continue;
      [left, top, right, bottom] = [
        Math.min(left, x),
        Math.min(top, y),
        Math.max(right, x),
        Math.max(bottom, y),
      ];
    }
  }
  if (right < 0) return undefined;
  return [left / info.width, top / info.height, (right + 1) / info.width, (bottom + 1) / info.height];
}

/** COCO's JSON of one picture with boxes of one class. */
export function cocoOf(
  fileName: string,
  sides: { readonly width: number; readonly height: number } | undefined,
  boxes: readonly PixelBox[],
): string {
  return JSON.stringify({
    images: [{ id: 7, file_name: fileName, ...sides }],
    annotations: boxes.map(({ left, top, width, height }, at) => ({
      id: at + 1,
      image_id: 7,
      category_id: 3,
      bbox: [left, top, width, height],
      area: width * height,
      iscrowd: 0,
    })),
    categories: [{ id: 3, name: "red" }],
  });
}
