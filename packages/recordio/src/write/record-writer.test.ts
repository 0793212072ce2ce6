import { spawnSync } from "node:child_process";
import { type FileHandle, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { CorruptRecordError, RecordIOError } from "../errors.js";
import { frameRecord } from "../format/framing.js";
import { encodeImagePayload } from "../format/ir-header.js";
import { readRecords } from "../read/read-records.js";
import { extractRecords } from "./extract-records.js";
import { RecordWriter } from "./record-writer.js";
import { mergeRecords } from "./transform-records.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-write-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const image = (id: number): Uint8Array =>
  frameRecord(encodeImagePayload({ id, labels: [id] }, Buffer.from("image")));

async function idsOf(path: string): Promise<number[]> {
  const ids: number[] = [];
  for await (const { header } of readRecords(path)) ids.push(header.id);
  return ids;
}

describe("RecordWriter", () => {
  it("writes what a short write left over, as on a disk that is nearly full", async () => {
    const path = join(folder, "short.rec");
    const writer = await RecordWriter.create(path);
    await writer.writeImage({ id: 1, labels: [1] }, Buffer.alloc(1000, 7));
    const any = await open(folder);
    const files = Object.getPrototypeOf(any) as FileHandle;
    await any.close();
    const short = vi.spyOn(files, "writev").mockImplementationOnce(async function (this: FileHandle, pieces) {
      const first = pieces[0] as Uint8Array;
      const { bytesWritten } = await this.write(first, 0, 10, 0);
      return { bytesWritten, buffers: [...pieces] };
    });
    await writer.close();
    expect(short).toHaveBeenCalledOnce();
    short.mockRestore();
    expect(await idsOf(path)).toEqual([1]);
  });

  it("names the file that a full disk took no more of, and leaves nothing there", async () => {
    const path = join(folder, "full.rec");
    const any = await open(folder);
    const files = Object.getPrototypeOf(any) as FileHandle;
    await any.close();
    const reason = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    const full = vi.spyOn(files, "writev").mockRejectedValueOnce(reason);
    const source = Buffer.concat([image(1)]);
    await expect(mergeRecords([source], path)).rejects.toThrow(
      `${path} could not be written: ENOSPC: no space left on device, write. Make room there and run it again.`,
    );
    full.mockRestore();
    expect((await readdir(folder)).filter((name) => name.startsWith("full"))).toEqual([]);
  });

  it("keeps the upper half of a 128-bit id when it copies", async () => {
    const source = frameRecord(encodeImagePayload({ id: 1, id2: 9, labels: [1] }, Buffer.from("image")));
    const path = join(folder, "id2.rec");
    await mergeRecords([source], path);
    for await (const { header } of readRecords(path)) expect(header).toMatchObject({ id: 1, id2: 9 });
  });

  it("lets two writers of one path end after each other, each with a whole file", async () => {
    const path = join(folder, "twice.rec");
    const [first, second] = [await RecordWriter.create(path), await RecordWriter.create(path)];
    await first.writeImage({ id: 1, labels: [1] }, Buffer.alloc(100));
    await second.writeImage({ id: 2, labels: [2] }, Buffer.alloc(5));
    await first.close();
    expect(await idsOf(path)).toEqual([1]);
    await second.close();
    expect(await idsOf(path)).toEqual([2]);
  });

  it("takes away the manifest of packing, whose records are no longer there", async () => {
    const path = join(folder, "packed.rec");
    await writeFile(join(folder, "packed.pack.jsonl"), "");
    const writer = await RecordWriter.create(path);
    await writer.writeImage({ id: 1, labels: [1] }, Buffer.alloc(10));
    await writer.close();
    expect((await readdir(folder)).filter((name) => name.startsWith("packed"))).toEqual([
      "packed.idx",
      "packed.rec",
    ]);
  });
});

describe("mergeRecords", () => {
  it("names the source that is corrupt", async () => {
    const sources = [image(1), Buffer.concat([image(2), Buffer.from("not a record")])];
    const merged = mergeRecords(sources, join(folder, "merged.rec"));
    await expect(merged).rejects.toThrow(/^Source 1: A record starts with .* \(at byte 40\)$/);
    await expect(merged).rejects.toBeInstanceOf(CorruptRecordError);
  });
});

describe("extractRecords", () => {
  it("does not write over a list or pictures that are there already", async () => {
    const target = join(folder, "pictures");
    await mkdir(join(target, "1"), { recursive: true });
    await expect(extractRecords(image(1), target)).rejects.toThrow(/1 is there already; nothing was written/);
    await rm(join(target, "1"), { recursive: true });
    await writeFile(join(target, "list.lst"), "mine");
    await expect(extractRecords(image(1), target)).rejects.toThrow(RecordIOError);
    expect(await readFile(join(target, "list.lst"), "utf8")).toBe("mine");
    expect(await readdir(target)).toEqual(["list.lst"]);
  });

  it("leaves nothing of records that cannot all be written, and is not kept from the next try", async () => {
    const target = join(folder, "again");
    await expect(extractRecords(Buffer.concat([image(1), image(1)]), target)).rejects.toThrow(
      /1\.bin cannot be written \(record at byte \d+\): the id occurs twice/,
    );
    expect(await readdir(target)).toEqual([]);
    // As a killed run leaves them.
    const { pid } = spawnSync(process.execPath, ["--version"]);
    await mkdir(join(target, `.records.${hostname()}-${pid}-1-abc.partial`, "1"), { recursive: true });
    await extractRecords(image(1), target);
    expect(await readdir(target)).toEqual(["1", "list.lst"]);
  });
});
