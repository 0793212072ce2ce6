import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CorruptRecordError } from "../errors.js";
import { frameRecord } from "../format/framing.js";
import { readIndexFile } from "../format/index-file.js";
import { encodeImagePayload } from "../format/ir-header.js";
import { rebuildIndex } from "../write/rebuild-index.js";
import { RecordWriter } from "../write/record-writer.js";
import { readRawRecords } from "./read-raw-records.js";
import { readRecords } from "./read-records.js";
import { RecordFile } from "./record-file.js";
import { all, digestOf, expected, fixture } from "./test-fixtures.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-read-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("files that MXNet wrote", () => {
  it("are read with the ids, labels and images that MXNet was given", async () => {
    const records = await all(readRecords(fixture("images.rec")));
    const found = records.map(({ header, labels, image }) => ({
      id: header.id,
      flag: header.flag,
      labels: [...labels],
      sha256: digestOf(image),
      length: image.length,
    }));
    expect(found).toEqual(expected.images);
  });

  it("are read across their splits, and written again with the same bytes", async () => {
    const payloads = await all(readRawRecords(fixture("magic.rec")));
    expect(payloads.map(({ payload }) => Buffer.from(payload).toString("hex"))).toEqual(expected.magic);
    const again = Buffer.concat(expected.magic.map((payload) => frameRecord(Buffer.from(payload, "hex"))));
    expect(again).toEqual(readFileSync(fixture("magic.rec")));
  });

  it("are written byte for byte by RecordWriter", async () => {
    const path = join(folder, "golden.rec");
    const writer = await RecordWriter.create(path);
    await writer.writeImage({ id: 7, labels: [2] }, Buffer.from(expected.golden, "hex"));
    await writer.close();
    expect(readFileSync(path)).toEqual(readFileSync(fixture("golden.rec")));
  });

  it("get the index back that MXNet wrote", async () => {
    const idxPath = join(folder, "images.idx");
    await rebuildIndex(fixture("images.rec"), { idxPath });
    expect(readFileSync(idxPath, "utf8")).toBe(readFileSync(fixture("images.idx"), "utf8"));
  });

  it("are open to random access", async () => {
    const file = await RecordFile.open(fixture("images.rec"));
    try {
      for (const { id, length } of [...expected.images].reverse())
        expect((await file.get(id)).image.length).toBe(length);
      await expect(file.get(1)).rejects.toThrow("no record with the id 1");
      await expect(file.at(4)).rejects.toThrow(CorruptRecordError);
      await expect(file.at(10 ** 9)).rejects.toThrow("past the file's end");
    } finally {
      await file.close();
    }
  });
});

describe("RecordFile", () => {
  it("says so when the file has become shorter since it was opened, instead of waiting for ever", async () => {
    const path = join(folder, "shrinks.rec");
    const writer = await RecordWriter.create(path);
    for (let id = 0; id < 3; id++) await writer.writeImage({ id, labels: [id] }, Buffer.alloc(100, id));
    await writer.close();
    const file = await RecordFile.open(path);
    try {
      await truncate(path, 0);
      await expect(file.get(1)).rejects.toThrow(CorruptRecordError);
      await expect(file.at(0.5)).rejects.toThrow(RangeError);
      await expect(file.at(-1)).rejects.toThrow(RangeError);
    } finally {
      await file.close();
    }
  });
});

describe("rebuildIndex", () => {
  it("never writes over a file whose name does not end in .rec", async () => {
    const path = join(folder, "records.bin");
    const record = frameRecord(encodeImagePayload({ id: 7, labels: [1] }, Buffer.from("image")));
    await writeFile(path, record);
    await rebuildIndex(path);
    expect(await readFile(path)).toEqual(record);
    expect(await readIndexFile(`${path}.idx`)).toEqual([{ id: 7, byteOffset: 0 }]);
    const file = await RecordFile.open(path);
    expect((await file.get(7)).labels).toEqual([1]);
    await file.close();
  });

  it("leaves a record out whose header does not fit, with resync", async () => {
    const path = join(folder, "short.rec");
    const image = (id: number) => frameRecord(encodeImagePayload({ id, labels: [1] }, Buffer.from("image")));
    await writeFile(path, Buffer.concat([image(1), frameRecord(Buffer.from("short")), image(2)]));
    const lost: CorruptRecordError[] = [];
    const entries = await rebuildIndex(path, {
      onCorruptRecord: "resync",
      onCorrupt: (error) => lost.push(error),
    });
    expect(entries.map(({ id }) => id)).toEqual([1, 2]);
    expect(lost.map(({ byteOffset }) => byteOffset)).toEqual([40]);
  });
});
