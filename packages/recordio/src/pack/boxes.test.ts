import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { boxesOf } from "../format/box-labels.js";
import { listImages } from "../list/list-images.js";
import { packRecordIO } from "./pack-record-io.js";
import { recordsOf, small, usePictures } from "./test-pictures.js";

const pictures = usePictures();
const box = [2, 5, 1, 0.1, 0.1, 0.5, 0.5];

/** The list with boxes, its first image to be turned by EXIF where asked for. */
async function listWithBoxes(orientation?: number) {
  const list = await listImages(pictures.images);
  if (orientation !== undefined) {
    const path = join(pictures.images, list.entries[0]!.path);
    await writeFile(path, await sharp(path).withMetadata({ orientation }).jpeg().toBuffer());
  }
  return { ...list, entries: list.entries.map((entry) => ({ ...entry, labels: box })) };
}

describe("labels that are boxes", () => {
  it("are refused with centerCrop, which would leave them where they were", async () => {
    const run = packRecordIO(await listWithBoxes(), { ...small(pictures), centerCrop: true });
    await expect(run).rejects.toThrow(/cat\/0\.jpg: its labels are boxes, which centerCrop would leave/);
  });

  it.each(["auto", "sharp"] as const)(
    "are refused on an image that EXIF turns, unless it is left alone (%s)",
    async (lane) => {
      const list = await listWithBoxes(6);
      const run = packRecordIO(list, { ...small(pictures), lane });
      await expect(run).rejects.toThrow(/cat\/0\.jpg: its labels are boxes.*EXIF orientation 6/);
      const { recPath } = await packRecordIO(list, { ...small(pictures), lane, orient: false });
      const [first] = await recordsOf(recPath);
      expect(first!.labels).toEqual(box.map(Math.fround));
    },
  );

  it("stay right when the image is only resized", async () => {
    const { report } = await packRecordIO(await listWithBoxes(), small(pictures));
    expect(report.records).toBe(12);
  });
});

describe("boxesOf", () => {
  it.each([
    ["one box", box, { headerWidth: 2, objectWidth: 5, objects: 1 }],
    [
      "two with a flag each",
      [2, 6, 0, 0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1],
      { headerWidth: 2, objectWidth: 6, objects: 2 },
    ],
    ["a wider header", [4, 5, 640, 480, 1, 0, 0, 1, 1], { headerWidth: 4, objectWidth: 5, objects: 1 }],
    ["one class", [3], undefined],
    ["a number for each class", [1, 0, 1, 0, 0, 0, 0], undefined],
    ["a header without objects", [2, 5], undefined],
    ["half an object", [2, 5, 1, 0.1], undefined],
  ])("knows %s", (_, labels, expected) => {
    expect(boxesOf(labels)).toEqual(expected);
  });
});
