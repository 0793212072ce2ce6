import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readIndexFile } from "../format/index-file.js";
import { writeListFile } from "../list/list-file.js";
import { RecordWriter } from "../write/record-writer.js";
import { verifyRecordIO } from "./verify-record-io.js";

let folder: string;
let path: string;

/** Twenty records with index and list, the sixth and seventh of which are damaged. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-verify-"));
  path = join(folder, "train.rec");
  const entries = Array.from({ length: 20 }, (_, id) => ({ id, labels: [id % 3], path: `${id}.jpg` }));
  const writer = await RecordWriter.create(path);
  for (const entry of entries) await writer.writeImage(entry, Buffer.alloc(50, 1));
  await writer.close();
  await writeListFile(join(folder, "train.lst"), entries);
  const index = await readIndexFile(join(folder, "train.idx"));
  const file = await open(path, "r+");
  for (const at of [5, 6]) await file.write(Buffer.from([0]), 0, 1, index[at]!.byteOffset);
  await file.close();
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("verifyRecordIO", () => {
  it.each([
    ["the index and the list", {}, ["the .idx has 20 lines, the .rec has 18 records"]],
    ["the list alone", { idxPath: false }, []],
  ] as const)("calls only damaged records wrong, compared with %s", async (_, options, more) => {
    const { problems } = await verifyRecordIO(path, { decode: false, ...options });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^A record starts with/),
      ...more,
      "the .lst has 20 lines, the .rec has 18 records",
    ]);
  });
});
