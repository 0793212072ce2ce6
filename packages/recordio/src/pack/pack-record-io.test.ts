import { readdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { ListError } from "../errors.js";
import type { ImageList } from "../list/image-list.js";
import { listImages } from "../list/list-images.js";
import { verifyRecordIO } from "../verify/verify-record-io.js";
import { packRecordIO } from "./pack-record-io.js";
import { COMPLETE, filesOf, recordsOf, small, usePictures } from "./test-pictures.js";

const pictures = usePictures();

describe("packRecordIO", () => {
  it("packs in list order with ids, labels and sides, and leaves nothing else behind", async () => {
    const list = await listImages(pictures.images);
    const { recPath, report } = await packRecordIO(list, small(pictures));
    const records = await recordsOf(recPath);
    expect(records.map(({ header }) => header.id)).toEqual(list.entries.map(({ id }) => id));
    expect(records.map(({ labels }) => labels)).toEqual(list.entries.map(({ labels }) => labels));
    const meta = await sharp(records[0]!.image).metadata();
    expect([meta.width, meta.height, meta.channels]).toEqual([26, 20, 3]);
    expect(report).toMatchObject({
      listed: 12,
      records: 12,
      reused: 0,
      unchanged: false,
      recordsByLabel: { 0: 6, 1: 6 },
    });
    expect(await filesOf(pictures)).toEqual(COMPLETE);
    expect((await verifyRecordIO(recPath)).problems).toEqual([]);
  });

  it("finds files of a list that was written on Windows", async () => {
    const list = await listImages(pictures.images);
    const windows: ImageList = {
      ...list,
      entries: list.entries.map((entry) => ({ ...entry, path: entry.path.replace("/", "\\") })),
    };
    expect((await packRecordIO(windows, small(pictures))).report.records).toBe(12);
  });

  it("stores several labels behind the header, and one when told to", async () => {
    const list = await listImages(pictures.images);
    const two = { ...list, entries: list.entries.map((entry) => ({ ...entry, labels: [1, 0.5] })) };
    const { recPath } = await packRecordIO(two, small(pictures));
    expect((await recordsOf(recPath))[0]).toMatchObject({ header: { flag: 2, label: 0 }, labels: [1, 0.5] });
    await packRecordIO(list, { ...small(pictures), packLabels: true });
    expect((await recordsOf(recPath))[0]).toMatchObject({ header: { flag: 1, label: 0 }, labels: [0] });
  });

  it.each([
    [[], /holds no image/],
    [
      [
        { id: 1, labels: [0], path: "a" },
        { id: 1, labels: [0], path: "b" },
      ],
      /id 1 occurs twice \(second: b\)/,
    ],
    [[{ id: 1, labels: [0], path: "a\tb" }], /cannot hold a path with a tab/],
  ])("refuses the list %j", async (entries, message) => {
    const run = packRecordIO({ root: pictures.images, entries, classes: [] }, small(pictures));
    await expect(run).rejects.toBeInstanceOf(ListError);
    await expect(run).rejects.toThrow(message);
  });

  it.each([
    { quality: 0 },
    { quality: 101 },
    { encoding: "png" as const, quality: 10 },
    { resize: { kind: "short-edge" as const, pixels: 0 } },
    { workers: -1 },
  ])("refuses %o", async (change) => {
    const list = await listImages(pictures.images);
    await expect(packRecordIO(list, { ...small(pictures), ...change })).rejects.toBeInstanceOf(RangeError);
  });

  it.each([
    { encoding: "webp" },
    { color: "bgr" },
    { interpolation: "cubic" },
    { lane: "turbo" },
    { onError: "ignore" },
    { resize: { kind: "long-edge", pixels: 9 } },
  ])("refuses %o from a caller without types", async (change) => {
    const list = await listImages(pictures.images);
    const run = packRecordIO(list, { ...small(pictures), ...(change as object) });
    await expect(run).rejects.toThrow(/must be one of .*, not/);
  });

  it.each([
    ["an id below 0", { id: -1 }],
    ["an id that is no whole number", { id: 0.5 }],
    ["no label", { labels: [] }],
  ])("refuses an image with %s before it writes anything", async (_, wrong) => {
    const list = await listImages(pictures.images);
    const entries = [...list.entries, { ...list.entries[0]!, id: 99, ...wrong }];
    await expect(packRecordIO({ ...list, entries }, small(pictures))).rejects.toThrow(ListError);
    await expect(readdir(join(pictures.folder, "out"))).rejects.toThrow("ENOENT");
  });

  it.each(["", "out/", ".rec"])('refuses the output "%s", which names no file', async (name) => {
    const list = await listImages(pictures.images);
    await expect(packRecordIO(list, { ...small(pictures), output: name })).rejects.toThrow(RangeError);
  });
});
