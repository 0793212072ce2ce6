import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataFolder, drawImages, run } from "./programs.js";

const raccoons = join(dataFolder, "images/raccoon-voc");
if (!existsSync(raccoons)) console.warn(`skipped: no raccoons in ${dataFolder}`);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-detection-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const at = (...names: string[]): string => join(folder, ...names);

/** Runs a command that is to succeed. */
async function recordio(...words: string[]): Promise<{ out: string; err: string }> {
  const { code, out, err } = await run("recordio", ...words);
  expect([words[0], code, err]).toEqual([words[0], 0, expect.any(String)]);
  return { out, err };
}

interface Coco {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly annotations: readonly { readonly image_id: number; readonly bbox: readonly number[] }[];
}

describe("recordio with boxes", () => {
  it("packs, splits by group, checks, shows and gives back what COCO's JSON says", async () => {
    // Five folders of ten images, 64x48: the centre square is 8 to 56.
    await drawImages(at("images"), 50);
    const files = Array.from({ length: 50 }, (_, id) => `c${id % 5}/${id}.jpg`);
    const coco = {
      images: files.map((file_name, id) => ({ id, file_name, width: 64, height: 48 })),
      annotations: files.flatMap((_, id) => [
        {
          id: id * 2,
          image_id: id,
          category_id: 2 + (id % 2),
          bbox: [16.5, 10, 20, 20.25],
          area: 405,
          iscrowd: 0,
        },
        { id: id * 2 + 1, image_id: id, category_id: 2, bbox: [2, 10, 10, 10], area: 100, iscrowd: 0 },
      ]),
      categories: [
        { id: 2, name: "cat" },
        { id: 3, name: "dog" },
      ],
    };
    await writeFile(at("boxes.json"), JSON.stringify(coco));
    const pack = ["pack", at("images"), at("out/pets"), "--boxes", at("boxes.json"), "--split", "group"];
    const packed = await recordio(...pack, "--center-crop", "--resize", "96x96");
    expect(packed.err).toMatch(/boxes\.json: 100 boxes on 50 images \(coco\)/);
    expect(packed.out).toMatch(/pets_train\.rec: 40 records.*\n {2}80 boxes, 40 of them cut at the border/);
    const loose = await recordio(...pack, "--center-crop", "--resize", "96x96", "--min-box-share", "0.5");
    expect(loose.out).toMatch(
      /pets_train\.rec: 40 records, .*40 taken over\n {2}40 boxes, 40 others dropped/,
    );
    expect(loose.err).toMatch(/box 2 \(cat\): 40 % of it left, less than 50 %/);
    const again = await recordio(...pack, "--center-crop", "--resize", "96x96", "--min-box-share", "0.5");
    expect(again.out).toMatch(/pets_train\.rec: 40 records, unchanged/);
    const lists = await Promise.all(
      ["train", "validation"].map(async (part) => await readFile(at(`out/pets_${part}.lst`), "utf8")),
    );
    const groups = lists.map((text) => new Set(text.match(/c\d/g)));
    expect([...groups[0]!].filter((group) => groups[1]!.has(group))).toEqual([]);

    const channels = ["--train", at("out/pets_train.rec"), "--validation", at("out/pets_validation.rec")];
    const checked = await recordio(
      "preflight",
      "--task",
      "object-detection",
      ...channels,
      "--mini-batch-size",
      "8",
    );
    expect(checked.out.split("\n").slice(0, 3)).toEqual([
      "num_classes=2",
      "num_training_samples=40",
      "label_width=7",
    ]);
    expect((await recordio("verify", at("out/pets_train.rec"))).out).toMatch(
      /40 records, \d+ bytes, all well/,
    );
    const info = await recordio("info", at("out/pets_train.rec"), "--html", at("page.html"));
    expect(info.out).toMatch(/40 boxes on 40 records/);
    expect((await readFile(at("page.html"), "utf8")).match(/<rect x="17\.71%"/g)).toHaveLength(16);

    await recordio("extract", at("out/pets_validation.rec"), at("back"));
    const back = JSON.parse(await readFile(at("back/annotations.json"), "utf8")) as Coco & typeof coco;
    expect(back.categories).toEqual(coco.categories);
    expect(back.annotations).toHaveLength(10);
    for (const { image_id, bbox, category_id } of back.annotations) {
      // The square's 48 pixels have become 96.
      expect([category_id, bbox]).toEqual([coco.annotations[image_id * 2]!.category_id, [17, 20, 40, 40.5]]);
    }
    expect(await readdir(at("back"))).toEqual(["annotations.json", "images", "list.lst"]);
    const repacked = await recordio(
      "pack",
      at("back"),
      at("out/again"),
      "--boxes",
      at("back/annotations.json"),
    );
    expect(repacked.out).toMatch(/again\.rec: 10 records/);
  });

  it.each([
    [["pack", "a", "b", "--boxes", "x", "--csv", "y"], /Give only one of --csv and --boxes/],
    [["pack", "a", "b", "--boxes-on", "stored"], /--boxes-on needs --boxes/],
    [
      ["pack", "a", "b", "--boxes", "x", "--min-box-share", "30"],
      /--min-box-share takes a number from 0 to 1, not "30"/,
    ],
    [
      ["preflight", "--train", "a.rec", "--task", "segmentation"],
      /--task takes image-classification, multi-label, object-detection/,
    ],
    [
      ["preflight", "--train", "a.rec", "--task", "object-detection", "--resize", "5"],
      /leave --image-shape and --resize out/,
    ],
  ])("%j is refused with exit code 2", async (args, message) => {
    const { code, err } = await run("recordio", ...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it.skipIf(!existsSync(raccoons))(
    "gives the raccoons' 174 boxes back from Pascal VOC, to a thousandth of a pixel",
    async () => {
      const { err } = await recordio(
        "pack",
        join(raccoons, "images"),
        at("raccoons"),
        "--boxes",
        join(raccoons, "annotations"),
      );
      expect(err).toMatch(
        /174 boxes on 160 images \(pascal-voc\)\n {2}truncated of 48 objects has no place in a record/,
      );
      await recordio("extract", at("raccoons.rec"), at("raccoons-back"));
      const coco = JSON.parse(await readFile(at("raccoons-back/annotations.json"), "utf8")) as Coco;
      const list = (await readFile(at("raccoons.lst"), "utf8")).trim().split("\n");
      let boxes = 0;
      for (const line of list) {
        const [id, ...fields] = line.split("\t");
        const xml = await readFile(
          join(raccoons, "annotations", fields.at(-1)!.replace(".jpg", ".xml")),
          "utf8",
        );
        const drawn = [
          ...xml.matchAll(/<xmin>(\d+)<\/xmin>\s*<ymin>(\d+)<\/ymin>\s*<xmax>(\d+)<\/xmax>\s*<ymax>(\d+)/g),
        ].map(([, ...sides]) => sides.map(Number) as [number, number, number, number]);
        const found = coco.annotations.filter(({ image_id }) => image_id === Number(id));
        expect(found.map(({ bbox }) => bbox)).toEqual(
          drawn.map(([x0, y0, x1, y1]) => [x0, y0, x1 - x0, y1 - y0]),
        );
        boxes += found.length;
      }
      expect(boxes).toBe(174);
    },
  );
});
