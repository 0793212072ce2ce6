import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { ImageError } from "../errors.js";
import { listImages } from "../list/list-images.js";
import type { PackReport } from "./pack-options.js";
import { packRecordIO } from "./pack-record-io.js";
import { COMPLETE, filesOf, recordsOf, small, usePictures } from "./test-pictures.js";

const pictures = usePictures();

describe("images that cannot be packed", () => {
  it("keeps the output of before when a run fails", async () => {
    await packRecordIO(await listImages(pictures.images), small(pictures));
    const before = await readFile(`${pictures.output}.rec`);
    await writeFile(join(pictures.images, "cat", "-.jpg"), "not an image");
    const run = packRecordIO(await listImages(pictures.images), small(pictures));
    await expect(run).rejects.toBeInstanceOf(ImageError);
    await expect(run).rejects.toThrow("cat/-.jpg: not an image in a known format (12 bytes)");
    expect(await readFile(`${pictures.output}.rec`)).toEqual(before);
    expect(await filesOf(pictures)).toEqual(COMPLETE);
  });

  it("leaves a bad image out with skip, and tells of it again when nothing changed", async () => {
    await writeFile(join(pictures.images, "cat", "-.jpg"), "");
    for (const unchanged of [false, true]) {
      const { report } = await packRecordIO(await listImages(pictures.images), {
        ...small(pictures),
        onError: "skip",
      });
      expect(report).toMatchObject({ listed: 13, records: 12, skipped: 1, unchanged });
      expect(report.notes).toEqual([
        {
          id: 0,
          path: "cat/-.jpg",
          action: "skipped",
          problem: "empty",
          reason: "cat/-.jpg: the file is empty (0 bytes)",
        },
      ]);
    }
    expect((await recordsOf(`${pictures.output}.rec`)).map(({ header }) => header.id)[0]).toBe(1);
  });

  it("packs a grey image of the right size in a bad one's place with placeholder", async () => {
    await writeFile(join(pictures.images, "cat", "-.jpg"), "x".repeat(50));
    const resize = { kind: "exact", width: 24, height: 16 } as const;
    const { report } = await packRecordIO(await listImages(pictures.images), {
      ...small(pictures),
      resize,
      onError: "placeholder",
    });
    expect(report).toMatchObject({ records: 13, placeholders: 1, skipped: 0 });
    const [first] = await recordsOf(`${pictures.output}.rec`);
    const { data, info } = await sharp(first!.image).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, Math.round(data[0]! / 8)]).toEqual([24, 16, 16]);
  });

  it("says which file is missing", async () => {
    const list = await listImages(pictures.images);
    await rm(join(pictures.images, "dog", "5.jpg"));
    await expect(packRecordIO(list, small(pictures))).rejects.toThrow(
      `dog/5.jpg: there is no such file in ${pictures.images}`,
    );
    await expect(filesOf(pictures)).resolves.toEqual([]);
  });

  it("names all of them in one run, and writes nothing", async () => {
    const list = await listImages(pictures.images);
    await writeFile(join(pictures.images, "cat", "2.jpg"), "not an image");
    await writeFile(join(pictures.images, "dog", "5.jpg"), "");
    await rm(join(pictures.images, "dog", "11.jpg"));
    for (const how of [small(pictures), { output: pictures.output, passThrough: true }]) {
      const packing = packRecordIO(list, how);
      const told: string[] = [];
      const loop = async () => {
        for await (const event of packing) {
          if (event.kind === "problem") told.push(`${event.note.action} ${event.note.path}`);
        }
      };
      const error = await loop().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ path: "cat/2.jpg", problem: "not-an-image" });
      expect((error as ImageError).others.map(({ path, problem }) => [path, problem])).toEqual([
        ["dog/11.jpg", "missing"],
        ["dog/5.jpg", "empty"],
      ]);
      expect((error as ImageError).message).toMatch(
        /^cat\/2\.jpg: not an image.*\nand 2 more cannot be packed:\n {2}dog\/11\.jpg: .*\n {2}dog\/5\.jpg: /,
      );
      expect(told).toEqual(["failed cat/2.jpg", "failed dog/11.jpg", "failed dog/5.jpg"]);
      expect(await filesOf(pictures)).toEqual([]);
    }
  });

  it("leave their reasons in the error and in a report where none could be packed", async () => {
    const list = await listImages(pictures.images);
    for (const { path } of list.entries) await writeFile(join(pictures.images, path), "no image");
    const run = packRecordIO(list, { ...small(pictures), onError: "skip" });
    await expect(run).rejects.toThrow(
      /None of the 12 images.*\n {2}cat\/0\.jpg: not an image.*\n {2}and 2 more\n/s,
    );
    expect(await filesOf(pictures)).toEqual(["train.report.json"]);
    const report = JSON.parse(await readFile(`${pictures.output}.report.json`, "utf8")) as PackReport;
    expect(report).toMatchObject({ listed: 12, records: 0, skipped: 12 });
    expect(report.notes).toHaveLength(12);
  });

  it("keep an output of before, and its report, where none could be packed", async () => {
    const list = await listImages(pictures.images);
    await packRecordIO(list, small(pictures));
    const before = await readFile(`${pictures.output}.report.json`);
    for (const { path } of list.entries) await writeFile(join(pictures.images, path), "no image");
    await expect(packRecordIO(list, { ...small(pictures), onError: "skip" })).rejects.toThrow("None of");
    expect(await readFile(`${pictures.output}.report.json`)).toEqual(before);
    expect(await filesOf(pictures)).toEqual(COMPLETE);
  });
});
