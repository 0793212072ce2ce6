import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";

/**
 * Makes JPEGs of one size from real photos: each source is used several times, cut out a little closer and mirrored
 * every other time, so that no two files are alike. Quality 90, ten folders.
 */
export async function makePhotos(
  data: string,
  folder: string,
  count: number,
  width: number,
  height: number,
): Promise<void> {
  const sources: string[] = [];
  for (const name of ["images/statefarm-640x480", "images/customvision-mit", "images/road"]) {
    const files = await readdir(join(data, name), { recursive: true });
    sources.push(
      ...files
        .filter((file) => file.endsWith(".jpg"))
        .sort()
        .map((file) => join(data, name, file)),
    );
  }
  for (let label = 0; label < 10; label++) await mkdir(join(folder, `c${label}`), { recursive: true });
  const make = async (i: number): Promise<void> => {
    const round = Math.floor(i / sources.length);
    const scale = 1 + 0.03 * round;
    const image = sharp(await readFile(sources[i % sources.length]!))
      .autoOrient()
      .resize({ width: Math.round(width * scale), height: Math.round(height * scale), fit: "cover" })
      .extract({
        left: Math.floor((width * (scale - 1)) / 2),
        top: Math.floor((height * (scale - 1)) / 2),
        width,
        height,
      });
    const turned = round % 2 === 1 ? image.flop() : image;
    await writeFile(join(folder, `c${i % 10}`, `${i}.jpg`), await turned.jpeg({ quality: 90 }).toBuffer());
  };
  const numbers = Array.from({ length: count }, (_, i) => i).values();
  const lane = async (): Promise<void> => {
    for (const i of numbers) await make(i);
  };
  await Promise.all([lane(), lane()]);
}
