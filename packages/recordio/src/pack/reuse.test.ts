import { appendFile, copyFile, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listImages } from "../list/list-images.js";
import { verifyRecordIO } from "../verify/verify-record-io.js";
import { relabelRecords } from "../write/transform-records.js";
import type { PackReport } from "./pack-options.js";
import { packRecordIO } from "./pack-record-io.js";
import { COMPLETE, drawInto, filesOf, recordsOf, small, usePictures } from "./test-pictures.js";

const pictures = usePictures();

describe("an output of before", () => {
  it("does nothing when nothing changed, and says so", async () => {
    const list = await listImages(pictures.images);
    await packRecordIO(list, small(pictures));
    const before = await readFile(`${pictures.output}.report.json`);
    const { report } = await packRecordIO(list, small(pictures));
    expect(report).toMatchObject({ records: 12, reused: 12, unchanged: true });
    expect(await readFile(`${pictures.output}.report.json`)).toEqual(before);
  });

  it("knows a file again by its content when its times changed", async () => {
    await packRecordIO(await listImages(pictures.images), small(pictures));
    await utimes(join(pictures.images, "cat", "0.jpg"), 1, 1);
    const { report } = await packRecordIO(await listImages(pictures.images), small(pictures));
    expect(report.unchanged).toBe(true);
  });

  it("encodes only what changed, and gives what a run from scratch gives", async () => {
    await packRecordIO(await listImages(pictures.images), small(pictures));
    await drawInto(join(pictures.images, "cat", "4.jpg"), 11);
    await rm(join(pictures.images, "dog", "3.jpg"));
    await drawInto(join(pictures.images, "dog", "99.jpg"), 6.5);
    const list = await listImages(pictures.images);
    const { report } = await packRecordIO(list, small(pictures));
    // Ten files stayed, though some under another id.
    expect(report).toMatchObject({ listed: 12, records: 12, reused: 10, unchanged: false });
    const again = await packRecordIO(list, {
      ...small(pictures),
      output: join(pictures.folder, "fresh", "train"),
    });
    expect(await readFile(`${pictures.output}.rec`)).toEqual(await readFile(again.recPath));
    expect(await readFile(`${pictures.output}.idx`)).toEqual(await readFile(again.idxPath));
    expect(await readFile(`${pictures.output}.lst`)).toEqual(await readFile(again.lstPath));
  });

  it.each([
    ["another size", { resize: { kind: "short-edge", pixels: 21 } as const }],
    ["another quality", { quality: 50 }],
    ["packed labels", { packLabels: true }],
  ])("starts over for %s", async (_, change) => {
    const list = await listImages(pictures.images);
    await packRecordIO(list, small(pictures));
    const { report } = await packRecordIO(list, { ...small(pictures), ...change });
    expect(report.reused).toBe(0);
  });

  it.each([".rec", ".idx", ".lst", ".report.json", ".pack.jsonl"])(
    "makes a missing %s again",
    async (ending) => {
      const list = await listImages(pictures.images);
      await packRecordIO(list, small(pictures));
      const whole = await readFile(`${pictures.output}${ending}`, "utf8");
      await rm(`${pictures.output}${ending}`);
      await packRecordIO(list, small(pictures));
      if (ending !== ".report.json" && ending !== ".pack.jsonl") {
        expect(await readFile(`${pictures.output}${ending}`, "utf8")).toBe(whole);
      }
      expect(await filesOf(pictures)).toEqual(COMPLETE);
    },
  );

  it("takes over new names of classes into the report of an output that is current", async () => {
    const list = await listImages(pictures.images);
    const { reportPath } = await packRecordIO(list, small(pictures));
    const classes = ["kitten", "puppy"];
    expect((await packRecordIO({ ...list, classes }, small(pictures))).report.unchanged).toBe(true);
    const written = JSON.parse(await readFile(reportPath, "utf8")) as PackReport;
    expect(written).toMatchObject({ classes, records: 12 });
  });

  it("makes an emptied index anew", async () => {
    const list = await listImages(pictures.images);
    const { idxPath } = await packRecordIO(list, small(pictures));
    const index = await readFile(idxPath, "utf8");
    await writeFile(idxPath, "");
    await packRecordIO(list, small(pictures));
    expect(await readFile(idxPath, "utf8")).toBe(index);
  });

  it("packs anew where the manifest is damaged, or the records are another writer's", async () => {
    const list = await listImages(pictures.images);
    const first = await packRecordIO(list, small(pictures));
    const records = await readFile(first.recPath);
    await appendFile(`${pictures.output}.pack.jsonl`, "garbage\n");
    expect((await packRecordIO(list, small(pictures))).report.unchanged).toBe(false);
    expect(await readFile(first.recPath)).toEqual(records);
    await relabelRecords(first.recPath, first.recPath, () => [9]);
    expect((await packRecordIO(list, small(pictures))).report.unchanged).toBe(false);
    expect(await readFile(first.recPath)).toEqual(records);
  });

  it("takes the same file twice under two ids", async () => {
    await copyFile(join(pictures.images, "cat", "0.jpg"), join(pictures.images, "cat", "0b.jpg"));
    const entries = [0, 1].map((id) => ({ id, labels: [id], path: "cat/0.jpg" }));
    const list = { root: pictures.images, entries, classes: [] };
    await packRecordIO(list, small(pictures));
    expect((await packRecordIO(list, small(pictures))).report.unchanged).toBe(true);
  });

  it("knows labels that JSON has no number for again, and verifies them", async () => {
    const list = await listImages(pictures.images);
    const labels = [[Number.NaN], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]];
    const entries = list.entries.slice(0, 2).map((entry, at) => ({ ...entry, labels: labels[at]! }));
    const { recPath } = await packRecordIO({ ...list, entries }, small(pictures));
    expect((await recordsOf(recPath)).map((record) => record.labels)).toEqual(labels);
    expect((await packRecordIO({ ...list, entries }, small(pictures))).report.unchanged).toBe(true);
    expect((await verifyRecordIO(recPath)).problems).toEqual([]);
  });

  it.each(["skip", "placeholder"] as const)("serves another onError too: %s", async (onError) => {
    await packRecordIO(await listImages(pictures.images), small(pictures));
    await writeFile(join(pictures.images, "cat", "bad.jpg"), "no image");
    const list = await listImages(pictures.images);
    const first = await packRecordIO(list, { ...small(pictures), onError });
    expect(first.report).toMatchObject({ listed: 13, reused: 12, unchanged: false });
    const other = onError === "skip" ? "placeholder" : "skip";
    const second = await packRecordIO(list, { ...small(pictures), onError: other });
    expect(second.report).toMatchObject({ reused: 12, skipped: other === "skip" ? 1 : 0 });
    expect((await packRecordIO(list, { ...small(pictures), onError: other })).report.unchanged).toBe(true);
    await expect(packRecordIO(list, small(pictures))).rejects.toThrow("cat/bad.jpg");
  });

  it.each([
    ["a file", "dog/5.jpg", "dog/five.jpg"],
    ["a class", "cat", "kitten"],
    ["a file into another class", "cat/2.jpg", "dog/2.jpg"],
  ])("is known again by its content behind the renaming of %s", async (_, from, to) => {
    await packRecordIO(await listImages(pictures.images), small(pictures));
    await rename(join(pictures.images, from), join(pictures.images, to));
    const list = await listImages(pictures.images);
    for (const workers of [0, 2]) {
      const { report, recPath } = await packRecordIO(list, { ...small(pictures), workers });
      expect(report).toMatchObject({ records: 12, reused: 12, unchanged: workers === 2 });
      const fresh = await packRecordIO(list, {
        ...small(pictures),
        output: join(pictures.folder, `new${workers}`),
      });
      expect(await readFile(recPath)).toEqual(await readFile(fresh.recPath));
    }
  });

  it("serves a copy of a file that it has, at a new path", async () => {
    await packRecordIO(await listImages(pictures.images), small(pictures));
    await copyFile(join(pictures.images, "dog", "1.jpg"), join(pictures.images, "cat", "copy.jpg"));
    const { report } = await packRecordIO(await listImages(pictures.images), small(pictures));
    expect(report).toMatchObject({ records: 13, reused: 13 });
  });
});
