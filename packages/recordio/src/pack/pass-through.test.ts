import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { frameRecord } from "../format/framing.js";
import { encodeImagePayload } from "../format/ir-header.js";
import { listImages } from "../list/list-images.js";
import { readRecords } from "../read/read-records.js";
import { verifyRecordIO } from "../verify/verify-record-io.js";
import { packRecordIO } from "./pack-record-io.js";
import { recordsOf, small, usePictures } from "./test-pictures.js";

/** JPEG comment segments of so many bytes in all, or a little more. */
function comments(bytes: number): Buffer[] {
  const one = Buffer.alloc(50_000, 7);
  one.set([0xff, 0xfe, (one.length - 2) >> 8, (one.length - 2) & 255]);
  return Array.from({ length: Math.ceil(bytes / one.length) }, () => one);
}

const pictures = usePictures();

describe("passThrough", () => {
  it("notices a changed file with passThrough, where nothing is hashed", async () => {
    const list = await listImages(pictures.images);
    const through = { ...small(pictures), passThrough: true };
    await packRecordIO(list, through);
    expect((await packRecordIO(list, through)).report.unchanged).toBe(true);
    const [first, second] = list.entries;
    const other = await readFile(join(pictures.images, second!.path));
    const before = await readFile(join(pictures.images, first!.path));
    await writeFile(join(pictures.images, first!.path), other);
    try {
      const { recPath, report } = await packRecordIO(list, through);
      expect(report).toMatchObject({ unchanged: false, reused: list.entries.length - 1 });
      const packed: Uint8Array[] = [];
      for await (const { image } of readRecords(recPath)) packed.push(image);
      expect(Buffer.compare(packed[0]!, other)).toBe(0);
      expect(Buffer.compare(packed[1]!, other)).toBe(0);
    } finally {
      await writeFile(join(pictures.images, first!.path), before);
    }
  });

  it("stores the files' own bytes with passThrough", async () => {
    const list = await listImages(pictures.images);
    const { recPath } = await packRecordIO(list, { output: pictures.output, workers: 0, passThrough: true });
    const [first] = await recordsOf(recPath);
    expect(Buffer.from(first!.image)).toEqual(await readFile(join(pictures.images, list.entries[0]!.path)));
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
    const root = join(pictures.folder, "odd");
    await mkdir(root);
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(root, name), bytes);
    const list = await listImages(root);
    const through = { output: pictures.output, workers: 0, passThrough: true, onError: "skip" } as const;
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
    const before = await readFile(`${pictures.output}.pack.jsonl`);
    await writeFile(join(root, "1-plain.jpg"), jpeg);
    expect((await packRecordIO(list, through)).report).toMatchObject({ unchanged: false, reused: 6 });
    expect((await readFile(recPath)).equals(Buffer.concat(wanted))).toBe(true);
    expect((await readFile(`${pictures.output}.pack.jsonl`, "utf8")).split("\n").slice(2)).toEqual(
      before.toString().split("\n").slice(2),
    );
  });
});
