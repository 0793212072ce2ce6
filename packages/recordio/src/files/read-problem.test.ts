import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { RecordIOError } from "../errors.js";
import { readListFile } from "../list/list-file.js";
import { listFromCsv, listFromJsonLines } from "../list/list-from-table.js";
import { readRecords } from "../read/read-records.js";
import { RecordFile } from "../read/record-file.js";
import { verifyRecordIO } from "../verify/verify-record-io.js";
import { mergeRecords } from "../write/transform-records.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-files-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const readers: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  readRecords: async (path) => await readRecords(path).next(),
  "RecordFile.open": async (path) => await RecordFile.open(path),
  verifyRecordIO: async (path) => await verifyRecordIO(path),
  mergeRecords: async (path) => await mergeRecords([path], join(folder, "out.rec")),
  readListFile: async (path) => await readListFile(path, folder),
  listFromCsv: async (path) => await listFromCsv(path, { root: folder }),
  listFromJsonLines: async (path) => await listFromJsonLines(path, { root: folder }),
};

it.each(Object.keys(readers))("%s names a file that is not there", async (name) => {
  const path = join(folder, "none.rec");
  const attempt = readers[name]!(path);
  await expect(attempt).rejects.toBeInstanceOf(RecordIOError);
  await expect(attempt).rejects.toThrow(`${path}: there is no such file.`);
});

it.each(Object.keys(readers))("%s says of a folder that it is one", async (name) => {
  await expect(readers[name]!(folder)).rejects.toThrow(`${folder}: this is a folder, not a file.`);
});

it("says what makes an index that is not there", async () => {
  const path = join(folder, "a.rec");
  await writeFile(path, "");
  await expect(RecordFile.open(path)).rejects.toThrow(
    `${join(folder, "a.idx")}: there is no such file. \`recordio index\` makes it from the .rec.`,
  );
});
