import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ImageError, ListError, OutputBusyError } from "../errors.js";
import { frameRecord } from "../format/framing.js";
import { encodeImagePayload, type ImageRecord } from "../format/ir-header.js";
import type { ImageList } from "../list/image-list.js";
import { listImages } from "../list/list-images.js";
import { readRecords } from "../read/read-records.js";
import { verifyRecordIO } from "../verify/verify-record-io.js";
import { relabelRecords } from "../write/transform-records.js";
import type { PackReport } from "./pack-options.js";
import { packEvents, packRecordIO } from "./pack-record-io.js";

let folder: string;
let images: string;
let output: string;

/** Twelve pictures in two classes. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-pack-"));
  images = join(folder, "images");
  output = join(folder, "out", "train");
  for (let i = 0; i < 12; i++) {
    const path = join(images, i % 2 === 0 ? "cat" : "dog");
    await mkdir(path, { recursive: true });
    await drawInto(join(path, `${i}.jpg`), i);
  }
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function drawInto(path: string, shade: number): Promise<void> {
  const background = { r: shade * 20, g: 255 - shade * 20, b: 90 };
  await writeFile(
    path,
    await sharp({ create: { width: 40, height: 30, channels: 3, background } })
      .jpeg()
      .toBuffer(),
  );
}

async function recordsOf(path: string): Promise<ImageRecord[]> {
  const records: ImageRecord[] = [];
  for await (const record of readRecords(path)) records.push(record);
  return records;
}

const options = () => ({ output, workers: 0, resize: { kind: "short-edge", pixels: 20 } as const });

/** JPEG comment segments of so many bytes in all, or a little more. */
function comments(bytes: number): Buffer[] {
  const one = Buffer.alloc(50_000, 7);
  one.set([0xff, 0xfe, (one.length - 2) >> 8, (one.length - 2) & 255]);
  return Array.from({ length: Math.ceil(bytes / one.length) }, () => one);
}

const filesOf = async (): Promise<string[]> => (await readdir(join(folder, "out"))).sort();

const COMPLETE = ["train.idx", "train.lst", "train.pack.jsonl", "train.rec", "train.report.json"];

describe("packRecordIO", () => {
  it("knows labels that JSON has no number for again, and verifies them", async () => {
    const list = await listImages(images);
    const labels = [[Number.NaN], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]];
    const entries = list.entries.slice(0, 2).map((entry, at) => ({ ...entry, labels: labels[at]! }));
    const { recPath } = await packRecordIO({ ...list, entries }, options());
    expect((await recordsOf(recPath)).map((record) => record.labels)).toEqual(labels);
    expect((await packRecordIO({ ...list, entries }, options())).report.unchanged).toBe(true);
    expect((await verifyRecordIO(recPath)).problems).toEqual([]);
  });

  it("packs in list order with ids, labels and sides, and leaves nothing else behind", async () => {
    const list = await listImages(images);
    const { recPath, report } = await packRecordIO(list, options());
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
    expect(await filesOf()).toEqual(COMPLETE);
    expect((await verifyRecordIO(recPath)).problems).toEqual([]);
  });

  it("does nothing when nothing changed, and says so", async () => {
    const list = await listImages(images);
    await packRecordIO(list, options());
    const before = await readFile(`${output}.report.json`);
    const { report } = await packRecordIO(list, options());
    expect(report).toMatchObject({ records: 12, reused: 12, unchanged: true });
    expect(await readFile(`${output}.report.json`)).toEqual(before);
  });

  it("knows a file again by its content when its times changed", async () => {
    await packRecordIO(await listImages(images), options());
    await utimes(join(images, "cat", "0.jpg"), 1, 1);
    const { report } = await packRecordIO(await listImages(images), options());
    expect(report.unchanged).toBe(true);
  });

  it("encodes only what changed, and gives what a run from scratch gives", async () => {
    await packRecordIO(await listImages(images), options());
    await drawInto(join(images, "cat", "4.jpg"), 11);
    await rm(join(images, "dog", "3.jpg"));
    await drawInto(join(images, "dog", "99.jpg"), 3);
    const list = await listImages(images);
    const { report } = await packRecordIO(list, options());
    // Ten files stayed, though some under another id.
    expect(report).toMatchObject({ listed: 12, records: 12, reused: 10, unchanged: false });
    const again = await packRecordIO(list, { ...options(), output: join(folder, "fresh", "train") });
    expect(await readFile(`${output}.rec`)).toEqual(await readFile(again.recPath));
    expect(await readFile(`${output}.idx`)).toEqual(await readFile(again.idxPath));
    expect(await readFile(`${output}.lst`)).toEqual(await readFile(again.lstPath));
  });

  it.each([
    ["another size", { resize: { kind: "short-edge", pixels: 21 } as const }],
    ["another quality", { quality: 50 }],
    ["packed labels", { packLabels: true }],
  ])("starts over for %s", async (_, change) => {
    const list = await listImages(images);
    await packRecordIO(list, options());
    const { report } = await packRecordIO(list, { ...options(), ...change });
    expect(report.reused).toBe(0);
  });

  it.each([".rec", ".idx", ".lst", ".report.json", ".pack.jsonl"])(
    "makes a missing %s again",
    async (ending) => {
      const list = await listImages(images);
      await packRecordIO(list, options());
      const whole = await readFile(`${output}${ending}`, "utf8");
      await rm(`${output}${ending}`);
      await packRecordIO(list, options());
      if (ending !== ".report.json" && ending !== ".pack.jsonl") {
        expect(await readFile(`${output}${ending}`, "utf8")).toBe(whole);
      }
      expect(await filesOf()).toEqual(COMPLETE);
    },
  );

  it("goes on where an aborted run stopped, with the same bytes in the end", async () => {
    const { entries, ...rest } = await listImages(images);
    const many = [0, 1, 2, 3].flatMap((round) =>
      entries.map((entry) => ({ ...entry, id: entry.id + round * 12 })),
    );
    const list = { ...rest, entries: many };
    const wanted = await packRecordIO(list, { ...options(), output: join(folder, "whole", "train") });
    const controller = new AbortController();
    const reason = new Error("stop");
    const stopped = packRecordIO(list, {
      ...options(),
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done >= 16) controller.abort(reason);
      },
    });
    await expect(stopped).rejects.toBe(reason);
    expect(await filesOf()).toEqual(["train.packing"]);
    const resumed: number[] = [];
    const again = packEvents(list, options());
    let step = await again.next();
    for (; !step.done; step = await again.next()) {
      if (step.value.kind === "resumed") resumed.push(step.value.records);
    }
    expect(resumed).toHaveLength(1);
    expect(resumed[0]).toBeGreaterThanOrEqual(16);
    expect(step.value.report).toMatchObject({ records: 48, reused: resumed[0] });
    expect(await readFile(`${output}.rec`)).toEqual(await readFile(wanted.recPath));
    expect(await filesOf()).toEqual(COMPLETE);
  });

  it("stops with the signal's reason before it touches anything", async () => {
    const list = await listImages(images);
    const reason = new Error("never");
    await expect(packRecordIO(list, { ...options(), signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    await expect(readdir(join(folder, "out"))).rejects.toThrow("ENOENT");
  });

  it("keeps the output of before when a run fails", async () => {
    await packRecordIO(await listImages(images), options());
    const before = await readFile(`${output}.rec`);
    await writeFile(join(images, "cat", "-.jpg"), "not an image");
    const run = packRecordIO(await listImages(images), options());
    await expect(run).rejects.toBeInstanceOf(ImageError);
    await expect(run).rejects.toThrow("cat/-.jpg: not an image in a known format (12 bytes)");
    expect(await readFile(`${output}.rec`)).toEqual(before);
    expect(await filesOf()).toEqual(COMPLETE);
  });

  it("leaves a bad image out with skip, and tells of it again when nothing changed", async () => {
    await writeFile(join(images, "cat", "-.jpg"), "");
    for (const unchanged of [false, true]) {
      const { report } = await packRecordIO(await listImages(images), { ...options(), onError: "skip" });
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
    expect((await recordsOf(`${output}.rec`)).map(({ header }) => header.id)[0]).toBe(1);
  });

  it("packs a grey image of the right size in a bad one's place with placeholder", async () => {
    await writeFile(join(images, "cat", "-.jpg"), "x".repeat(50));
    const resize = { kind: "exact", width: 24, height: 16 } as const;
    const { report } = await packRecordIO(await listImages(images), {
      ...options(),
      resize,
      onError: "placeholder",
    });
    expect(report).toMatchObject({ records: 13, placeholders: 1, skipped: 0 });
    const [first] = await recordsOf(`${output}.rec`);
    const { data, info } = await sharp(first!.image).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, Math.round(data[0]! / 8)]).toEqual([24, 16, 16]);
  });

  it("says which file is missing", async () => {
    const list = await listImages(images);
    await rm(join(images, "dog", "5.jpg"));
    await expect(packRecordIO(list, options())).rejects.toThrow(
      `dog/5.jpg: there is no such file in ${images}`,
    );
    await expect(filesOf()).resolves.toEqual([]);
  });

  it("finds files of a list that was written on Windows", async () => {
    const list = await listImages(images);
    const windows: ImageList = {
      ...list,
      entries: list.entries.map((entry) => ({ ...entry, path: entry.path.replace("/", "\\") })),
    };
    expect((await packRecordIO(windows, options())).report.records).toBe(12);
  });

  it("stores several labels behind the header, and one when told to", async () => {
    const list = await listImages(images);
    const two = { ...list, entries: list.entries.map((entry) => ({ ...entry, labels: [1, 0.5] })) };
    const { recPath } = await packRecordIO(two, options());
    expect((await recordsOf(recPath))[0]).toMatchObject({ header: { flag: 2, label: 0 }, labels: [1, 0.5] });
    await packRecordIO(list, { ...options(), packLabels: true });
    expect((await recordsOf(recPath))[0]).toMatchObject({ header: { flag: 1, label: 0 }, labels: [0] });
  });

  it("notices a changed file with passThrough, where nothing is hashed", async () => {
    const list = await listImages(images);
    const through = { ...options(), passThrough: true };
    await packRecordIO(list, through);
    expect((await packRecordIO(list, through)).report.unchanged).toBe(true);
    const [first, second] = list.entries;
    const other = await readFile(join(images, second!.path));
    const before = await readFile(join(images, first!.path));
    await writeFile(join(images, first!.path), other);
    try {
      const { recPath, report } = await packRecordIO(list, through);
      expect(report).toMatchObject({ unchanged: false, reused: list.entries.length - 1 });
      const packed: Uint8Array[] = [];
      for await (const { image } of readRecords(recPath)) packed.push(image);
      expect(Buffer.compare(packed[0]!, other)).toBe(0);
      expect(Buffer.compare(packed[1]!, other)).toBe(0);
    } finally {
      await writeFile(join(images, first!.path), before);
    }
  });

  it("stores the files' own bytes with passThrough", async () => {
    const list = await listImages(images);
    const { recPath } = await packRecordIO(list, { output, workers: 0, passThrough: true });
    const [first] = await recordsOf(recPath);
    expect(Buffer.from(first!.image)).toEqual(await readFile(join(images, list.entries[0]!.path)));
  });

  it("packs files out of the ordinary in their turn with passThrough", async () => {
    const pixels = sharp({ create: { width: 40, height: 30, channels: 3, background: "#226688" } });
    const jpeg = await pixels.jpeg().toBuffer();
    // A comment whose bytes are the magic, on a multiple of four of the payload: 24 bytes of header, SOI, four more.
    const magic = Buffer.from([0xff, 0xfe, 0, 8, 0, 0, 0x0a, 0x23, 0xd7, 0xce]);
    const files: Record<string, Buffer> = {
      "1-plain.jpg": jpeg,
      "2-magic.jpg": Buffer.concat([jpeg.subarray(0, 2), magic, jpeg.subarray(2)]),
      "3.png": await pixels.png().toBuffer(),
      "4-tail.jpg": Buffer.concat([jpeg, Buffer.from("behind the end")]),
      "5.webp": await pixels.webp().toBuffer(),
      "6-large.jpg": Buffer.concat([jpeg.subarray(0, 2), ...comments(3_000_000), jpeg.subarray(2)]),
      "7-empty.jpg": Buffer.alloc(0),
      "8-cut.jpg": jpeg.subarray(0, jpeg.length - 40),
      "9-plain.jpg": jpeg,
    };
    const root = join(folder, "odd");
    await mkdir(root);
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(root, name), bytes);
    const list = await listImages(root);
    const through = { output, workers: 0, passThrough: true, onError: "skip" } as const;
    const { recPath, report } = await packRecordIO(list, through);
    expect(report).toMatchObject({ listed: 9, records: 7, skipped: 2 });
    expect(report.notes.map(({ path, problem }) => [path, problem])).toEqual([
      ["7-empty.jpg", "empty"],
      ["8-cut.jpg", "truncated"],
    ]);
    const packed = list.entries.filter(({ path }) => !/empty|cut/.test(path));
    const wanted = packed.map((entry) => frameRecord(encodeImagePayload(entry, files[entry.path]!)));
    expect((await readFile(recPath)).equals(Buffer.concat(wanted))).toBe(true);
    expect((await verifyRecordIO(recPath)).problems).toEqual([]);
    // The other way, which takes over what is known, ends with the same files.
    const before = await readFile(`${output}.pack.jsonl`);
    await writeFile(join(root, "1-plain.jpg"), jpeg);
    expect((await packRecordIO(list, through)).report).toMatchObject({ unchanged: false, reused: 6 });
    expect((await readFile(recPath)).equals(Buffer.concat(wanted))).toBe(true);
    expect((await readFile(`${output}.pack.jsonl`, "utf8")).split("\n").slice(2)).toEqual(
      before.toString().split("\n").slice(2),
    );
  });

  it("goes on where an aborted run with passThrough stopped, with the same bytes in the end", async () => {
    const { entries, ...rest } = await listImages(images);
    const many = Array.from({ length: 3000 }, (_, id) => ({ ...entries[id % entries.length]!, id }));
    const list = { ...rest, entries: many };
    const through = { output, workers: 0, passThrough: true };
    const wanted = await packRecordIO(list, { ...through, output: join(folder, "whole", "train") });
    const controller = new AbortController();
    const reason = new Error("stop");
    const onProgress = ({ done }: { done: number }): void => {
      if (done >= 1000) controller.abort(reason);
    };
    await expect(packRecordIO(list, { ...through, signal: controller.signal, onProgress })).rejects.toBe(
      reason,
    );
    expect(await filesOf()).toEqual(["train.packing"]);
    const { report } = await packRecordIO(list, through);
    expect(report.records).toBe(3000);
    expect(report.reused).toBeGreaterThanOrEqual(1000);
    for (const ending of [".rec", ".idx", ".lst"]) {
      const whole = await readFile(wanted.recPath.replace(".rec", ending));
      expect((await readFile(`${output}${ending}`)).equals(whole)).toBe(true);
    }
    expect(await filesOf()).toEqual(COMPLETE);
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
    const run = packRecordIO({ root: images, entries, classes: [] }, options());
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
    const list = await listImages(images);
    await expect(packRecordIO(list, { ...options(), ...change })).rejects.toBeInstanceOf(RangeError);
  });

  it.each([
    { encoding: "webp" },
    { color: "bgr" },
    { interpolation: "cubic" },
    { lane: "turbo" },
    { onError: "ignore" },
    { resize: { kind: "long-edge", pixels: 9 } },
  ])("refuses %o from a caller without types", async (change) => {
    const list = await listImages(images);
    const run = packRecordIO(list, { ...options(), ...(change as object) });
    await expect(run).rejects.toThrow(/must be one of .*, not/);
  });

  it("lets only one of two runs on one output win", async () => {
    const list = await listImages(images);
    const runs = await Promise.allSettled([packRecordIO(list, options()), packRecordIO(list, options())]);
    const failed = runs.filter((run) => run.status === "rejected");
    expect(failed).toHaveLength(1);
    expect(failed[0]!.reason).toBeInstanceOf(OutputBusyError);
    expect((await verifyRecordIO(`${output}.rec`)).problems).toEqual([]);
    expect(await filesOf()).toEqual(COMPLETE);
  });

  it.each([
    ["an id below 0", { id: -1 }],
    ["an id that is no whole number", { id: 0.5 }],
    ["no label", { labels: [] }],
  ])("refuses an image with %s before it writes anything", async (_, wrong) => {
    const list = await listImages(images);
    const entries = [...list.entries, { ...list.entries[0]!, id: 99, ...wrong }];
    await expect(packRecordIO({ ...list, entries }, options())).rejects.toThrow(ListError);
    await expect(readdir(join(folder, "out"))).rejects.toThrow("ENOENT");
  });

  it.each(["", "out/", ".rec"])('refuses the output "%s", which names no file', async (name) => {
    const list = await listImages(images);
    await expect(packRecordIO(list, { ...options(), output: name })).rejects.toThrow(RangeError);
  });

  it("takes over new names of classes into the report of an output that is current", async () => {
    const list = await listImages(images);
    const { reportPath } = await packRecordIO(list, options());
    const classes = ["kitten", "puppy"];
    expect((await packRecordIO({ ...list, classes }, options())).report.unchanged).toBe(true);
    const written = JSON.parse(await readFile(reportPath, "utf8")) as PackReport;
    expect(written).toMatchObject({ classes, records: 12 });
  });

  it("makes an emptied index anew", async () => {
    const list = await listImages(images);
    const { idxPath } = await packRecordIO(list, options());
    const index = await readFile(idxPath, "utf8");
    await writeFile(idxPath, "");
    await packRecordIO(list, options());
    expect(await readFile(idxPath, "utf8")).toBe(index);
  });

  it("packs anew where the manifest is damaged, or the records are another writer's", async () => {
    const list = await listImages(images);
    const first = await packRecordIO(list, options());
    const records = await readFile(first.recPath);
    await appendFile(`${output}.pack.jsonl`, "garbage\n");
    expect((await packRecordIO(list, options())).report.unchanged).toBe(false);
    expect(await readFile(first.recPath)).toEqual(records);
    await relabelRecords(first.recPath, first.recPath, () => [9]);
    expect((await packRecordIO(list, options())).report.unchanged).toBe(false);
    expect(await readFile(first.recPath)).toEqual(records);
  });

  it("takes over the lock of a process that is dead, and removes the draft of one that was killed over it", async () => {
    await mkdir(join(folder, "out"), { recursive: true });
    const { hostname } = await import("node:os");
    // No process has the number 2^22 + 1: it is above the kernel's limit.
    const pid = 2 ** 22 + 1;
    await writeFile(
      `${output}.packing.lock`,
      JSON.stringify({ pid, host: hostname(), started: "", token: "x" }),
    );
    await writeFile(`${output}.packing.lock.${hostname()}-${pid}-1-x`, "");
    await packRecordIO(await listImages(images), options());
    expect(await filesOf()).toEqual(COMPLETE);
  });

  it("ends cleanly when the iteration is left early, and can be gone on with", async () => {
    const list = await listImages(images);
    for await (const _ of packEvents(list, options())) break;
    expect(await filesOf()).not.toContain("train.packing.lock");
    expect((await packRecordIO(list, options())).report.records).toBe(12);
    expect(await filesOf()).toEqual(COMPLETE);
  });

  it("takes the same file twice under two ids", async () => {
    await copyFile(join(images, "cat", "0.jpg"), join(images, "cat", "0b.jpg"));
    const entries = [0, 1].map((id) => ({ id, labels: [id], path: "cat/0.jpg" }));
    const list = { root: images, entries, classes: [] };
    await packRecordIO(list, options());
    expect((await packRecordIO(list, options())).report.unchanged).toBe(true);
  });
});
