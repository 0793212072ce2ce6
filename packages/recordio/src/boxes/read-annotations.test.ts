import { chmod } from "node:fs/promises";
import { dirname } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ListError } from "../errors.js";
import type { Annotations } from "./annotation.js";
import { readAnnotations } from "./read-annotations.js";
import { useFolder, writeText } from "./test-boxes.js";

const folder = useFolder();
const write = (name: string, text: string) => writeText(folder, name, text);

const voc = (object: string, name = "a.jpg") =>
  `<annotation><filename>${name}</filename><size><width>100</width><height>50</height><depth>3</depth></size>${object}</annotation>`;
const object = (name: string, more = "") =>
  `<object><name>${name}</name>${more}<bndbox><xmin>10</xmin><ymin>5</ymin><xmax>60</xmax><ymax>45</ymax></bndbox></object>`;

const coco = {
  images: [{ id: 4, file_name: "a.jpg", width: 100, height: 50 }],
  annotations: [{ id: 1, image_id: 4, category_id: 18, bbox: [10, 5, 50, 40], area: 2000, iscrowd: 0 }],
  categories: [
    { id: 18, name: "dog" },
    { id: 17, name: "cat" },
  ],
};

const groundTruth = (more: object = {}, metadata: object = {}) =>
  JSON.stringify({
    "source-ref": "s3://bucket/pictures/a.jpg",
    box: {
      annotations: [{ class_id: 1, left: 10, top: 5, width: 50, height: 40 }],
      image_size: [{ width: 100, height: 50, depth: 3 }],
    },
    "box-metadata": {
      type: "groundtruth/object-detection",
      "class-map": { 0: "cat", 1: "dog" },
      objects: [{ confidence: 0.9 }],
      ...metadata,
    },
    ...more,
  });

describe("annotations of one box", () => {
  it.each([
    ["coco", async () => await write("a.json", JSON.stringify(coco)), [17, 18]],
    ["pascal-voc", async () => dirname(await write("xml/a.xml", voc(object("dog")))), undefined],
    [
      "yolo",
      async () => {
        await write("txt/classes.txt", "cat\ndog\n");
        return dirname(await write("txt/a.txt", "1 0.35 0.5 0.5 0.8\n"));
      },
      undefined,
    ],
    ["ground-truth", async () => await write("output.manifest", groundTruth()), [0, 1]],
    [
      "csv",
      async () =>
        await write(
          "a.csv",
          "filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,100,50,dog,10,5,60,45\n",
        ),
      undefined,
    ],
  ] as const)("say the same in every format: %s", async (format, file, categoryIds) => {
    const found = await readAnnotations(await file(), { classes: ["cat", "dog"] });
    expect(found).toMatchObject({ format, classes: ["cat", "dog"], extra: [], notes: [] });
    expect(found.categoryIds).toEqual(categoryIds);
    const [image, ...others] = found.images;
    expect(others).toEqual([]);
    expect(image!.name).toMatch(/a(\.jpg)?$/);
    const { classId, xyxy } = image!.boxes[0]!;
    const [width, height] = found.unit === "shares" ? [100, 50] : [1, 1];
    expect(classId).toBe(1);
    expect(xyxy.map((side, at) => Number((side * (at % 2 === 0 ? width : height)).toFixed(9)))).toEqual([
      10, 5, 60, 45,
    ]);
  });

  it("keep difficult, iscrowd and columns of numbers, and tell what they lose", async () => {
    const xml = dirname(
      await write("xml/a.xml", voc(object("dog", "<difficult>1</difficult><truncated>1</truncated>"))),
    );
    expect(await readAnnotations(xml, {})).toMatchObject({
      extra: ["difficult"],
      images: [{ boxes: [{ extra: [1] }] }],
      notes: ["truncated of 1 objects has no place in a record"],
    });
    const crowd = {
      ...coco.annotations[0],
      iscrowd: 1,
      area: 90,
      segmentation: { counts: "x", size: [50, 100] },
      score: 0.5,
    };
    const json = await write("a.json", JSON.stringify({ ...coco, annotations: [crowd] }));
    expect(await readAnnotations(json, {})).toMatchObject({
      extra: ["iscrowd", "score"],
      images: [{ boxes: [{ extra: [1, 0.5] }] }],
      notes: [
        "segmentation of 1 annotations has no place in a record",
        "the area of 1 annotations is not that of their box, and has no place in a record",
      ],
    });
    const csv = await write(
      "a.csv",
      "image,label,left,top,right,bottom,score,who\na.jpg,dog,10,5,60,45,0.5,me\n",
    );
    expect(await readAnnotations(csv, {})).toMatchObject({
      extra: ["score"],
      images: [{ boxes: [{ extra: [0.5] }] }],
      notes: ["the columns who are not numbers and have no place in a record"],
    });
  });

  it("name the group of their image", async () => {
    const json = await write(
      "a.json",
      JSON.stringify({ ...coco, images: [{ ...coco.images[0], road: "north" }] }),
    );
    expect((await readAnnotations(json, { columns: { group: "road" } })).images[0]!.group).toBe("north");
    const lines = await write("a.manifest", groundTruth({ road: 7 }));
    expect((await readAnnotations(lines, { columns: { group: "road" } })).images[0]!.group).toBe("7");
    const csv = await write("a.csv", "image,label,subject,x1,y1,x2,y2\na.jpg,dog,south,10,5,60,45\n");
    expect((await readAnnotations(csv, {})).images[0]!.group).toBe("south");
  });
});

describe("annotations that are not right", () => {
  it.each([
    [
      "COCO without images",
      "a.json",
      JSON.stringify({ annotations: [], categories: [] }),
      /a\.json: COCO's JSON has a list "images"/,
    ],
    [
      "COCO of no such image",
      "a.json",
      JSON.stringify({ ...coco, images: [] }),
      /annotation 1: there is no image 4/,
    ],
    [
      "COCO of no such category",
      "a.json",
      JSON.stringify({ ...coco, categories: [] }),
      /annotation 1: there is no category 18/,
    ],
    [
      "COCO without a box",
      "a.json",
      JSON.stringify({ ...coco, annotations: [{ ...coco.annotations[0], bbox: [1, 2] }] }),
      /annotation 1: bbox must be left, top, width and height, not \[1,2\]/,
    ],
    [
      "COCO of two images with one id",
      "a.json",
      JSON.stringify({ ...coco, images: [...coco.images, { ...coco.images[0], file_name: "b.jpg" }] }),
      /a\.json: several images have the id 4/,
    ],
    [
      "COCO of two categories with one id",
      "a.json",
      JSON.stringify({ ...coco, categories: [...coco.categories, { id: 17, name: "cow" }] }),
      /a\.json: several categories have the id 17/,
    ],
    [
      "half a manifest",
      "a.manifest",
      `${groundTruth()}\n{"source-ref"`,
      /a\.manifest:2: neither COCO's JSON nor a line/,
    ],
    [
      "a manifest of classes",
      "a.manifest",
      '{"source-ref":"s3://b/a.jpg","class":1}',
      /a\.manifest:1: no attribute has metadata of the type groundtruth\/object-detection/,
    ],
    [
      "a table without corners",
      "a.csv",
      "image,label\na.jpg,dog\n",
      /corners \(xmin, ymin, xmax, ymax\); this one has image, label/,
    ],
    [
      "a corner that is no number",
      "a.csv",
      "image,label,x1,y1,x2,y2\na.jpg,dog,1,2,x,4\n",
      /a\.csv:2: x2 is not a number: "x"/,
    ],
    ["XML that ends", "x/a.xml", "<annotation><object>", /a\.xml: not well-formed XML at character 21/],
    ["XML of another kind", "x/a.xml", "<svg/>", /a\.xml: Pascal VOC's root element is annotation, not svg/],
    [
      "an object without a box",
      "x/a.xml",
      voc("<object><name>dog</name></object>"),
      /a\.xml: an object has no bndbox/,
    ],
    ["three numbers", "y/a.txt", "0 0.1 0.2 0.3\n", /a\.txt:1: behind the class are 4 numbers/],
    [
      "a negative class",
      "y/a.txt",
      "0 .5 .5 .1 .1\n-1 .5 .5 .1 .1\n",
      /a\.txt:2: a class is a whole number from 0, not -1/,
    ],
    [
      "a class in the billions",
      "y/a.txt",
      "0 .5 .5 .1 .1\n1e9 .5 .5 .1 .1\n",
      /a\.txt:2: the class 1000000000 is past the 100000 that a set may have/,
    ],
    [
      "a folder of neither",
      "z/a.jpg",
      "",
      /a folder of annotations holds \.xml \(Pascal VOC\) or \.txt \(YOLO\) files/,
    ],
  ])("are refused with their place: %s", async (_, name, text, message) => {
    const path = await write(name, text);
    const reading = readAnnotations(name.includes("/") ? dirname(path) : path, {});
    await expect(reading).rejects.toThrow(ListError);
    await expect(readAnnotations(name.includes("/") ? dirname(path) : path, {})).rejects.toThrow(message);
  });

  it("give typed errors only, whatever stands in the place of a value", async () => {
    const documents = [JSON.stringify(coco), groundTruth()];
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(null, -1, 1e308, "", "x", [], {}, [null], [[]]));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...documents), fc.nat(60), value, async (text, at, other) => {
        let seen = 0;
        const changed = JSON.parse(text, (_, old: unknown) => (seen++ === at ? other : old));
        const path = await write("changed.json", JSON.stringify(changed) ?? "");
        // Whatever is not refused is whole.
        const found = await readAnnotations(path, {}).catch((error: unknown) => error);
        if (found instanceof ListError) return;
        const { images } = found as Annotations;
        for (const box of images.flatMap(({ boxes }) => boxes)) {
          expect([box.classId, ...box.xyxy].every(Number.isFinite)).toBe(true);
        }
      }),
      { numRuns: 300, seed: 16 },
    );
  });

  it("are refused where a class is not among those given", async () => {
    const path = await write("a.csv", "image,label,x1,y1,x2,y2\na.jpg,dog,1,2,3,4\n");
    await expect(readAnnotations(path, { classes: ["cat"] })).rejects.toThrow(
      'a.csv:2: the class "dog" is not among cat',
    );
  });
});

describe("reading annotations", () => {
  it.each(["a.json", "xml/a.xml"])(
    "rejects with the reason when aborted before and while it reads %s",
    async (name) => {
      const path = await write(name, name.endsWith("xml") ? voc(object("dog")) : JSON.stringify(coco));
      const read = async (signal: AbortSignal) =>
        await readAnnotations(name.endsWith("xml") ? dirname(path) : path, { signal });
      const reason = new Error("stop");
      await expect(read(AbortSignal.abort(reason))).rejects.toBe(reason);
      const controller = new AbortController();
      const reading = read(controller.signal);
      controller.abort(reason);
      await expect(reading).rejects.toBe(reason);
    },
  );

  // The superuser may read every folder.
  it.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "names a folder that may not be read",
    async () => {
      const closed = dirname(await write("closed/a.txt", ""));
      await chmod(closed, 0o300);
      const reading = readAnnotations(closed, {});
      await expect(reading).rejects.toThrow(/closed: this process may not read it/);
      await chmod(closed, 0o700);
    },
  );
});
