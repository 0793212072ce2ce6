import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawRoadPictures } from "./draw-road-pictures.js";
import { SampleError } from "./errors.js";

const options = { roads: 2, perRoad: 3, width: 320 };
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "road-pictures-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe("drawRoadPictures", () => {
  it("draws pictures with a Pascal VOC annotation each, whose boxes are dark", async () => {
    const drawn = await drawRoadPictures({ ...options, folder: join(scratch, "one") });
    expect(drawn).toMatchObject({ pictures: 6, unchanged: false });
    const names = (await readdir(drawn.images)).sort();
    expect(names).toEqual(
      ["00-000", "00-001", "00-002", "01-000", "01-001", "01-002"].map((n) => `road-${n}.jpg`),
    );
    let near = 0;
    for (const name of names) {
      const { data, info } = await sharp(join(drawn.images, name))
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([320, 180]);
      const xml = await readFile(join(drawn.annotations, name.replace("jpg", "xml")), "utf8");
      for (const [object] of xml.matchAll(/<object>[\s\S]*?<\/object>/g)) {
        const [left, top, right, bottom] = ["xmin", "ymin", "xmax", "ymax"].map((edge) =>
          Number(new RegExp(`<${edge}>(\\d+)<`).exec(object)?.[1]),
        ) as [number, number, number, number];
        expect(left >= 1 && top >= 1 && right <= 320 && bottom <= 180 && left <= right && top <= bottom).toBe(
          true,
        );
        if (object.includes("<difficult>1")) continue;
        near += 1;
        const middle = (Math.floor((top + bottom) / 2) * 320 + Math.floor((left + right) / 2)) * 3;
        expect(data[middle]).toBeLessThan(80);
      }
    }
    expect(near).toBe(drawn.boxes);
    expect(near).toBeGreaterThan(0);
  });

  it("draws the same again, and leaves what is there alone", async () => {
    const [first, second] = [join(scratch, "two"), join(scratch, "three")];
    await drawRoadPictures({ ...options, folder: first });
    await drawRoadPictures({ ...options, folder: second });
    const picture = "images/road-01-002.jpg";
    expect(await readFile(join(first, picture))).toEqual(await readFile(join(second, picture)));
    expect(await drawRoadPictures({ ...options, folder: first })).toMatchObject({
      pictures: 6,
      unchanged: true,
    });
    expect((await drawRoadPictures({ ...options, perRoad: 2, folder: first })).unchanged).toBe(false);
  });

  it("refuses a folder of other files, and numbers out of range", async () => {
    const folder = await mkdtemp(join(scratch, "taken-"));
    await writeFile(join(folder, "photo.jpg"), "mine");
    await expect(drawRoadPictures({ ...options, folder })).rejects.toThrow(SampleError);
    await expect(drawRoadPictures({ ...options, roads: 0, folder })).rejects.toThrow(RangeError);
  });
});
