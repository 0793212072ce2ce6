import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { frameRecord } from "../format/framing.js";
import { readIndexFile } from "../format/index-file.js";
import { encodeImagePayload } from "../format/ir-header.js";
import { verifyRecordIO } from "../verify/verify-record-io.js";
import { extractRecords } from "../write/extract-records.js";
import { rebuildIndex } from "../write/rebuild-index.js";
import { mergeRecords } from "../write/transform-records.js";
import { keyedRecords } from "./keyed-records.js";
import { RecordFile } from "./record-file.js";

let folder: string;
let path: string;

/**
 * As insightface writes them: every record has the id 0 and two labels, the first and the last tell of others and hold no
 * image, and the index has the ids.
 */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-keys-"));
  path = join(folder, "faces.rec");
  const records: Uint8Array[] = [];
  for (let key = 0; key < 6; key++) {
    const background = { r: key * 30, g: 20, b: 200 };
    const image =
      key === 0 || key === 5
        ? Buffer.alloc(0)
        : await sharp({ create: { width: 12, height: 12, channels: 3, background } })
            .jpeg()
            .toBuffer();
    records.push(frameRecord(encodeImagePayload({ id: 0, labels: [key >> 1, key] }, image)));
  }
  await writeFile(path, Buffer.concat(records));
  let byteOffset = 0;
  const lines = records.map((record, key) => {
    const line = `${key}\t${byteOffset}\n`;
    byteOffset += record.length;
    return line;
  });
  await writeFile(join(folder, "faces.idx"), lines.join(""));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("records that all have the id 0", () => {
  it("are told apart by the index", async () => {
    const ids: number[] = [];
    for await (const { header } of keyedRecords(path)) ids.push(header.id);
    expect(ids).toEqual([0, 1, 2, 3, 4, 5]);
    const file = await RecordFile.open(path);
    expect((await file.get(3)).labels).toEqual([1, 3]);
    await file.close();
  });

  it("verify without a problem", async () => {
    expect((await verifyRecordIO(path)).problems).toEqual([]);
  });

  it("are extracted under the ids of the index; what holds no image is told", async () => {
    const without: number[] = [];
    const out = join(folder, "out");
    const entries = await extractRecords(path, out, { onWithoutImage: (id) => without.push(id) });
    expect(entries.map(({ path: file }) => file)).toEqual(["0/1.jpg", "1/2.jpg", "1/3.jpg", "2/4.jpg"]);
    expect(without).toEqual([0, 5]);
    expect((await readdir(join(out, "1"))).sort()).toEqual(["2.jpg", "3.jpg"]);
  });

  it("merge with their ids", async () => {
    const merged = join(folder, "merged.rec");
    expect(await mergeRecords([path], merged)).toBe(6);
    expect((await readIndexFile(join(folder, "merged.idx"))).map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5]);
    expect((await verifyRecordIO(merged)).problems).toEqual([]);
  });

  it("are numbered where the index is made anew", async () => {
    const before = await readFile(join(folder, "faces.idx"), "utf8");
    await rm(join(folder, "faces.idx"));
    await rebuildIndex(path);
    expect(await readFile(join(folder, "faces.idx"), "utf8")).toBe(before);
  });
});
