import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { splitList } from "../list/split-list.js";
import type { DrawnOn } from "./drawn-on.js";
import { listFromBoxes } from "./list-from-boxes.js";
import { cocoOf, drawBoxes, useFolder } from "./test-boxes.js";

const folder = useFolder();
const sides = { width: 100, height: 50 };
const box = { left: 0, top: 0, width: 20, height: 10 };

async function list(orientation: number, told: typeof sides | undefined, drawnOn?: DrawnOn, drawn = sides) {
  await drawBoxes(join(folder.path, "a.jpg"), drawn, [], orientation);
  const path = join(folder.path, "a.json");
  await writeFile(path, cocoOf("a.jpg", told, [box]));
  return await listFromBoxes(path, { root: folder.path, ...(drawnOn && { drawnOn }) });
}

describe("listFromBoxes", () => {
  it("gives shares of the upright image, with COCO's id, classes and category numbers", async () => {
    expect(await list(1, sides)).toMatchObject({
      entries: [
        { id: 7, labels: [2, 5, 0, 0, 0, 0.2, 0.2], path: "a.jpg", picture: { ...sides, orientation: 1 } },
      ],
      classes: ["red"],
      boxes: { categoryIds: [3], extra: [] },
      boxCount: 1,
      withoutBoxes: [],
      notes: [],
    });
  });

  it("refuses boxes on the stored pixels of an AVIF, which is decoded upright without a word", async () => {
    const picture = sharp({ create: { ...sides, channels: 3, background: "white" } });
    await picture.withMetadata({ orientation: 6 }).avif().toFile(join(folder.path, "a.avif"));
    const path = join(folder.path, "a.json");
    await writeFile(path, cocoOf("a.avif", sides, [box]));
    const listed = listFromBoxes(path, { root: folder.path, drawnOn: "stored" });
    await expect(listed).rejects.toThrow(/^a\.avif: AVIF and HEIC are decoded upright/);
    await expect(listFromBoxes(path, { root: folder.path })).resolves.toMatchObject({ boxCount: 1 });
  });

  it.each([
    [
      "their sides say upright",
      6,
      { width: 50, height: 100 },
      undefined,
      [0, 0, 0.4, 0.1],
      /of 1 upright, as their width and height say$/,
    ],
    [
      "their sides say stored",
      6,
      sides,
      undefined,
      [0.8, 0, 1, 0.2],
      /of 1 as stored, as their width and height say$/,
    ],
    [
      "nothing tells, upright",
      3,
      sides,
      undefined,
      [0, 0, 0.2, 0.2],
      /of 1 upright, as tools that write COCO's JSON do today$/,
    ],
    ["the caller knows", 3, sides, "stored" as const, [0.8, 0.8, 1, 1], undefined],
    [
      "the caller knows better than the sides",
      6,
      { width: 50, height: 100 },
      "stored" as const,
      [0.8, 0, 1, 0.2],
      /1 annotations have the width and height of the image upright, though/,
    ],
  ])(
    "takes boxes on an image that EXIF turns as drawn where %s",
    async (_, orientation, told, drawnOn, xyxy, note) => {
      const { entries, notes } = await list(orientation, told, drawnOn);
      const found = entries[0]!.labels.slice(3).map((side) => Number(side.toFixed(9)));
      // Where sides and caller disagree the annotation's own sides are the unit.
      if (note?.source.startsWith("1 annotations") !== true) expect(found).toEqual(xyxy);
      expect(notes).toEqual(note === undefined ? [] : [expect.stringMatching(note)]);
    },
  );

  it("lets images that do not tell follow those of the set that do", async () => {
    await drawBoxes(join(folder.path, "a.jpg"), sides, [], 6);
    await drawBoxes(join(folder.path, "b.jpg"), sides, [], 3);
    const path = join(folder.path, "ab.csv");
    await writeFile(
      path,
      "image,width,height,class,x1,y1,x2,y2\na.jpg,100,50,red,0,0,20,10\nb.jpg,100,50,red,0,0,20,10\n",
    );
    const { entries, notes } = await listFromBoxes(path, { root: folder.path });
    expect(entries[1]!.labels.slice(3)).toEqual([0.8, 0.8, 1, 1]);
    expect(notes).toEqual([
      expect.stringMatching(/of 1 as stored, as .* say; of 1 stored, like most of the others$/),
    ]);
  });

  it("tells of sides that are others than the annotations say, and keeps shares", async () => {
    const { entries, notes } = await list(1, sides, undefined, { width: 200, height: 100 });
    expect(entries[0]!.labels.slice(3)).toEqual([0, 0, 0.2, 0.2]);
    expect(notes).toEqual([
      "1 images have other sides than their annotations say, such as a.jpg (200x100, not 100x50): their boxes keep their shares of the sides",
    ]);
  });

  it("finds images by the end of their path, and refuses one that may be either", async () => {
    for (const name of ["train", "test"]) {
      await mkdir(join(folder.path, "images", name), { recursive: true });
      await drawBoxes(join(folder.path, "images", name, "a.jpg"), sides, []);
    }
    const path = join(folder.path, "a.json");
    await writeFile(path, cocoOf("s3://bucket/data/test/a.jpg", undefined, [box]));
    const root = join(folder.path, "images");
    const [entry] = (await listFromBoxes(path, { root })).entries;
    expect(entry).toMatchObject({ path: "test/a.jpg", group: "test" });
    await writeFile(path, cocoOf("a.jpg", undefined, [box]));
    await expect(listFromBoxes(path, { root })).rejects.toThrow(
      /image 7: several images in .* are called a\.jpg/,
    );
  });

  it("takes VOC's file for that of its own name where it names another that is not there", async () => {
    await mkdir(join(folder.path, "xml"));
    await drawBoxes(join(folder.path, "new.jpg"), sides, []);
    const object =
      "<object><name>red</name><bndbox><xmin>0</xmin><ymin>0</ymin><xmax>20</xmax><ymax>10</ymax></bndbox></object>";
    await writeFile(
      join(folder.path, "xml/new.xml"),
      `<annotation><filename>old.jpg</filename>${object}</annotation>`,
    );
    const { entries } = await listFromBoxes(join(folder.path, "xml"), { root: folder.path });
    expect(entries).toMatchObject([{ path: "new.jpg", labels: [2, 5, 0, 0, 0, 0.2, 0.2] }]);
  });

  it("refuses two annotations of one image, which would be two records", async () => {
    await drawBoxes(join(folder.path, "a.jpg"), sides, []);
    const path = join(folder.path, "a.json");
    const coco = JSON.parse(cocoOf("a.jpg", sides, [box, box]));
    coco.images.push({ ...coco.images[0], id: 8 });
    coco.annotations[1].image_id = 8;
    await writeFile(path, JSON.stringify(coco));
    await expect(listFromBoxes(path, { root: folder.path })).rejects.toThrow(
      /image 8: the image a\.jpg has boxes in .*image 7 already/,
    );
  });

  it("leaves images without a box out and tells their names", async () => {
    await mkdir(join(folder.path, "labels"));
    for (const name of ["a", "b", "c"]) await drawBoxes(join(folder.path, `${name}.jpg`), sides, []);
    for (const [name, text] of Object.entries({ a: "0 0.5 0.5 0.2 0.2\n", b: "" })) {
      await writeFile(join(folder.path, "labels", `${name}.txt`), text);
    }
    const found = await listFromBoxes(join(folder.path, "labels"), { root: folder.path });
    expect(found).toMatchObject({
      format: "yolo",
      withoutBoxes: ["b"],
      notes: ["1 images without a box are left out", `1 other images in ${folder.path} have no annotation`],
    });
    expect(found.entries.map(({ path }) => path)).toEqual(["a.jpg"]);
  });

  it("rejects with the reason when aborted, before anything is read", async () => {
    const reason = new Error("stop");
    const listing = listFromBoxes("nowhere", { root: folder.path, signal: AbortSignal.abort(reason) });
    await expect(listing).rejects.toBe(reason);
  });

  it("says of an image that is not there what to do, where its sides are not told either", async () => {
    const path = join(folder.path, "a.json");
    await writeFile(path, cocoOf("gone.jpg", undefined, [box]));
    await expect(listFromBoxes(path, { root: folder.path })).rejects.toThrow(
      /image 7: the image gone\.jpg cannot be found in .*give the folder that holds it/,
    );
  });
});

describe("splitList of boxes", () => {
  const entry = (id: number, classes: number[], group: string) => ({
    id,
    path: `${id}.jpg`,
    group,
    labels: [2, 5, ...classes.flatMap((label) => [label, 0.1 + id / 1000, 0.1, 0.5, 0.5])],
  });
  const entries = Array.from({ length: 40 }, (_, id) =>
    entry(id, id % 4 === 0 ? [0, 1] : [0, 0], `road ${id % 5}`),
  );
  const boxes = { categoryIds: [1, 2], extra: [] };
  const all = { root: "", classes: ["a", "b"], entries, boxes };
  const parts = { train: 0.8, validation: 0.2 };

  it("shares the rarest class out, and hands on what the numbers mean", () => {
    const { train, validation } = splitList(all, { kind: "stratified", parts });
    const rare = ({ entries: some }: typeof all) => some.filter(({ id }) => id % 4 === 0).length;
    expect([rare(train as typeof all), rare(validation as typeof all)]).toEqual([8, 2]);
    expect([train.boxes, validation.boxes]).toEqual([boxes, boxes]);
  });

  it("keeps every group in one part", () => {
    const { train, validation } = splitList(all, { kind: "group", parts });
    const groups = new Set(train.entries.map(({ group }) => group));
    expect(validation.entries).toHaveLength(8);
    expect(validation.entries.filter(({ group }) => groups.has(group))).toEqual([]);
  });
});
