import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordIOError } from "../errors.js";
import { decodeDetectionLabel } from "../format/detection-label.js";
import type { PackOptions } from "../pack/pack-options.js";
import { packRecordIO } from "../pack/pack-record-io.js";
import { recordsOf } from "../pack/test-pictures.js";
import { recordIOInfoPage } from "../verify/info-page.js";
import { recordIOInfo } from "../verify/record-io-info.js";
import { verifyRecordIO } from "../verify/verify-record-io.js";
import { extractRecords } from "../write/extract-records.js";
import { relabelRecords } from "../write/transform-records.js";
import { listFromBoxes } from "./list-from-boxes.js";
import { cocoOf, drawBoxes, type PixelBox, useFolder } from "./test-boxes.js";

const folder = useFolder();
const sides = { width: 100, height: 60 };
const middle = { left: 40, top: 20, width: 20, height: 20 };

async function pack(boxes: readonly PixelBox[], options: Partial<PackOptions> = {}) {
  const path = join(folder.path, "a.json");
  await writeFile(path, cocoOf("a.jpg", sides, boxes));
  const list = await listFromBoxes(path, { root: folder.path });
  return await packRecordIO(list, { output: join(folder.path, "out"), workers: 0, ...options });
}

describe("packing boxes", () => {
  it("cuts those at the border and drops those of which too little is left, and tells of each", async () => {
    await drawBoxes(join(folder.path, "a.jpg"), sides, []);
    // The square is 20 to 80.
    const boxes = [
      middle,
      { left: 10, top: 0, width: 20, height: 10 },
      { left: 2, top: 0, width: 20, height: 10 },
      { left: 0, top: 0, width: 10, height: 10 },
      { left: 50, top: 50, width: 20, height: 20 },
      { left: 30, top: 30, width: 0, height: 20 },
    ];
    const { report, recPath } = await pack(boxes, { centerCrop: true });
    expect(report.boxes).toEqual({
      categoryIds: [3],
      extra: [],
      listed: 6,
      kept: 3,
      cut: 2,
      dropped: 3,
      imagesLeftOut: 0,
      boxesByLabel: { 0: 3 },
      notes: [
        { id: 7, path: "a.jpg", action: "cut", reason: "box 2 (red): cut at the border, 50 % of it left" },
        { id: 7, path: "a.jpg", action: "dropped", reason: "box 3 (red): 10 % of it left, less than 30 %" },
        { id: 7, path: "a.jpg", action: "dropped", reason: "box 4 (red): it lies outside" },
        { id: 7, path: "a.jpg", action: "cut", reason: "box 5 (red): cut at the border, 50 % of it left" },
        { id: 7, path: "a.jpg", action: "dropped", reason: "box 6 (red): it has no area" },
      ],
    });
    const [record] = await recordsOf(recPath);
    const { objects } = decodeDetectionLabel(record!.labels);
    expect(objects.map(({ xyxy }) => xyxy.map((side) => Math.round(side * 60)))).toEqual([
      [20, 20, 40, 40],
      [0, 0, 10, 10],
      [30, 50, 50, 60],
    ]);
    expect(report.recordsByLabel).toEqual({ 0: 1 });
  });

  it("leaves an image out that has no box left, and refuses to pack none at all", async () => {
    await drawBoxes(join(folder.path, "a.jpg"), sides, []);
    await drawBoxes(join(folder.path, "b.jpg"), sides, []);
    const path = join(folder.path, "ab.csv");
    await writeFile(path, "image,class,x1,y1,x2,y2\na.jpg,red,0,0,10,10\nb.jpg,red,40,20,60,40\n");
    const list = await listFromBoxes(path, { root: folder.path });
    const options = { output: join(folder.path, "out"), workers: 0, centerCrop: true };
    const { report } = await packRecordIO(list, options);
    expect(report).toMatchObject({ listed: 1, records: 1, boxes: { listed: 2, kept: 1, imagesLeftOut: 1 } });
    expect(report.boxes!.notes.at(-1)).toEqual({
      id: 0,
      path: "a.jpg",
      action: "left-out",
      reason: "none of its boxes is left",
    });
    const first = { ...list, entries: list.entries.slice(0, 1) };
    await expect(packRecordIO(first, options)).rejects.toThrow("No image of the list has a box left");
  });

  it("writes nothing when nothing changed, and only the labels anew when a box moved", async () => {
    await drawBoxes(join(folder.path, "a.jpg"), sides, []);
    const recordBytes = async () => (await recordsOf(join(folder.path, "out.rec")))[0]!;
    await pack([middle]);
    expect((await pack([middle])).report).toMatchObject({ unchanged: true, boxes: { kept: 1 } });
    const before = await recordBytes();
    expect((await pack([{ ...middle, left: 10 }])).report).toMatchObject({ unchanged: false, reused: 1 });
    const after = await recordBytes();
    expect(after.labels[3]).toBeCloseTo(0.1);
    expect(Buffer.from(after.image).equals(before.image)).toBe(true);
    // A box that is dropped leaves the record as it is; the report has to tell all the same.
    expect(
      (
        await pack([
          { ...middle, left: 10 },
          { ...middle, width: 0 },
        ])
      ).report.unchanged,
    ).toBe(true);
    const report = JSON.parse(await readFile(join(folder.path, "out.report.json"), "utf8"));
    expect(report.boxes).toMatchObject({ listed: 2, kept: 1, dropped: 1 });
  });

  it("does with an image that is gone as it is told, where its annotation tells its sides", async () => {
    await drawBoxes(join(folder.path, "a.jpg"), sides, []);
    const path = join(folder.path, "ab.csv");
    const rows = ["a.jpg", "gone.jpg"].map((name) => `${name},100,60,red,40,20,60,40\n`);
    await writeFile(path, `image,width,height,class,x1,y1,x2,y2\n${rows.join("")}`);
    const list = await listFromBoxes(path, { root: folder.path });
    const options = { output: join(folder.path, "out"), workers: 0 };
    await expect(packRecordIO(list, options)).rejects.toThrow(/^gone\.jpg: there is no such file/);
    const { report } = await packRecordIO(list, { ...options, onError: "skip" });
    expect(report).toMatchObject({ records: 1, skipped: 1, boxes: { kept: 2 } });
  });

  it("notices an image that was turned since its boxes were read", async () => {
    await drawBoxes(join(folder.path, "a.jpg"), sides, []);
    const path = join(folder.path, "a.json");
    await writeFile(path, cocoOf("a.jpg", sides, [middle]));
    const list = await listFromBoxes(path, { root: folder.path });
    await drawBoxes(join(folder.path, "a.jpg"), sides, [], 6);
    const run = packRecordIO(list, { output: join(folder.path, "out"), workers: 0 });
    await expect(run).rejects.toThrow(/placed for EXIF orientation 1, and it was turned by 6/);
  });

  it.each([
    [
      "grey images in the place of lost ones",
      { onError: "placeholder" as const },
      1,
      /would teach that a grey image/,
    ],
    ["a share past 1", { minBoxShare: 1.5 }, 1, /minBoxShare must be a number from 0 to 1, not 1\.5/],
    ["files as they are that EXIF turns", { passThrough: true }, 6, /a\.jpg: EXIF orientation 6 turns it/],
  ])("refuses %s", async (_, options, orientation, message) => {
    await drawBoxes(join(folder.path, "a.jpg"), sides, [], orientation);
    await expect(pack([middle], options)).rejects.toThrow(message);
  });
});

describe("records with boxes", () => {
  it("are described with their boxes", async () => {
    await drawBoxes(join(folder.path, "a.jpg"), sides, []);
    const { recPath } = await pack([middle, { ...middle, left: 0 }]);
    expect(await recordIOInfo(recPath)).toMatchObject({
      recordsByLabel: { 0: 1 },
      boxes: { records: 1, objects: 2, objectsByLabel: { 0: 2 } },
    });
    const page = await recordIOInfoPage(recPath, { classes: ["<red>"] });
    expect(page).toContain(
      '<rect x="40%" y="33.33%" width="20%" height="33.33%" stroke="#e6194b"><title>&lt;red&gt;</title></rect>',
    );
    expect(page.match(/<rect x="\d+%"/g)).toHaveLength(2);
    expect(page).toContain("<h2>Boxes by class</h2>");
  });

  it("are verified: boxes that MXNet would drop are problems", async () => {
    await drawBoxes(join(folder.path, "a.jpg"), sides, []);
    const { recPath } = await pack([middle]);
    expect((await verifyRecordIO(recPath)).problems).toEqual([]);
    const wrong = join(folder.path, "wrong.rec");
    await relabelRecords(recPath, wrong, () => [2, 5, 0, 0.5, 0.1, 0.2, 0.3]);
    expect((await verifyRecordIO(wrong)).problems).toEqual([
      {
        byteOffset: 0,
        id: 7,
        message: expect.stringMatching(/^box 1 of 1: its left side 0\.5 is not before its right side 0\.2/),
      },
    ]);
  });

  it.each([
    ["a fraction", 0.5, /class is 0\.5, not a whole number/],
    ["negative", -1, /class is -1/],
    ["no number", Number.NaN, /class is NaN/],
  ])("are not extracted where a class is %s", async (_, classId, message) => {
    await drawBoxes(join(folder.path, "a.jpg"), sides, []);
    const { recPath } = await pack([middle]);
    const wrong = join(folder.path, "wrong.rec");
    await relabelRecords(recPath, wrong, () => [2, 5, classId, 0.1, 0.1, 0.2, 0.3]);
    const extracting = extractRecords(wrong, join(folder.path, "files"));
    await expect(extracting).rejects.toThrow(RecordIOError);
    await expect(extracting).rejects.toThrow(message);
    await expect(extracting).rejects.toThrow(/The boxes of id 7 \(record at byte 0\)/);
  });

  it("come back as COCO's JSON with every id, class, box and number, to a hundredth of a pixel", async () => {
    let number = 0;
    const side = fc.integer({ min: 30, max: 3000 });
    const share = fc.integer({ min: 0, max: 9_000 });
    const images = fc.array(
      fc.record({
        width: side,
        height: side,
        boxes: fc.array(fc.tuple(share, share, fc.integer({ min: 0, max: 2 }), fc.nat(1)), {
          minLength: 1,
          maxLength: 4,
        }),
      }),
      { minLength: 1, maxLength: 3 },
    );
    for (const at of [0, 1, 2]) await drawBoxes(join(folder.path, `${at}.jpg`), sides, []);
    await fc.assert(
      fc.asyncProperty(images, async (drawn) => {
        const coco = cocoOfAll(drawn);
        const path = join(folder.path, "all.json");
        await writeFile(path, JSON.stringify(coco));
        const list = await listFromBoxes(path, { root: folder.path });
        const output = join(folder.path, `out-${number++}`);
        const { recPath, report } = await packRecordIO(list, { output, workers: 0, passThrough: true });
        expect(report.boxes!.notes).toEqual([]);
        const target = join(folder.path, `files-${number}`);
        await extractRecords(recPath, target);
        const back = JSON.parse(await readFile(join(target, "annotations.json"), "utf8")) as Coco;
        // The pictures of the test are smaller than annotated; boxes are shares of their sides.
        const scale = (image: number) => drawn.find((_, at) => at * 3 + 1 === image)!;
        expect(back.categories).toEqual([...coco.categories].sort((a, b) => a.id - b.id));
        expect(back.images.map(({ id }) => id)).toEqual(coco.images.map(({ id }) => id));
        expect(back.annotations).toHaveLength(coco.annotations.length);
        for (const [at, { image_id, category_id, bbox, iscrowd }] of back.annotations.entries()) {
          const was = coco.annotations[at]!;
          expect({ image_id, category_id, iscrowd }).toEqual({
            image_id: was.image_id,
            category_id: was.category_id,
            iscrowd: was.iscrowd,
          });
          const { width, height } = scale(image_id);
          for (const [axis, value] of bbox.entries()) {
            const factor = axis % 2 === 0 ? width / sides.width : height / sides.height;
            expect(Math.abs(value * factor - was.bbox[axis]!)).toBeLessThan(0.01 + 0.001 * factor);
          }
        }
      }),
      { numRuns: 25, seed: 16 },
    );
  });
});

interface Coco {
  readonly images: readonly { readonly id: number }[];
  readonly annotations: readonly {
    readonly image_id: number;
    readonly category_id: number;
    readonly bbox: readonly number[];
    readonly iscrowd: number;
  }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
}

/** COCO's JSON of images. */
function cocoOfAll(
  drawn: readonly {
    width: number;
    height: number;
    boxes: readonly (readonly [number, number, number, number])[];
  }[],
): Coco {
  const hundredth = (value: number) => Number(value.toFixed(2));
  return {
    images: drawn.map(({ width, height }, at) => ({ id: at * 3 + 1, file_name: `${at}.jpg`, width, height })),
    annotations: drawn.flatMap(({ width, height, boxes }, image) =>
      boxes.map(([x, y, category, iscrowd], at) => ({
        id: image * 10 + at,
        image_id: image * 3 + 1,
        category_id: [90, 1, 44][category]!,
        bbox: [(x / 10_000) * width, (y / 10_000) * height, width / 20, height / 20].map(hundredth),
        iscrowd,
      })),
    ),
    categories: [
      { id: 90, name: "toothbrush" },
      { id: 1, name: "person" },
      { id: 44, name: "bottle" },
    ],
  };
}
