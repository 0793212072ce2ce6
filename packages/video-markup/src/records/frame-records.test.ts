import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { VideoMarkupError } from "../errors.js";
import { readRecords } from "./frame-records.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-records-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const good = { classId: 0, className: "car", confidence: 0.5, xyxy: [1, 2, 3, 4] };

it.each([
  ["no object", null],
  ["no box", { ...good, xyxy: undefined }],
  ["a box of three edges", { ...good, xyxy: [1, 2, 3] }],
  ["an edge that is no number", { ...good, xyxy: [1, 2, 3, null] }],
  ["no score", { ...good, confidence: "0.5" }],
  ["no name", { ...good, className: undefined }],
  ["no class", { ...good, classId: null }],
])("tells the line and the place of a detection that has %s", async (_, wrong) => {
  const path = join(folder, "wrong.jsonl");
  const lines = [{ frame: 0, ptsSeconds: 0, detections: [] }];
  const last = { frame: 1, ptsSeconds: 1, detections: [good, wrong] };
  await writeFile(path, [...lines, last].map((line) => `${JSON.stringify(line)}\n`).join(""));
  await expect(collect(readRecords(path))).rejects.toThrow(`${path}:2: detection 2 is none`);
});

it.each([
  ["a file that is not there", "nowhere.jsonl"],
  ["a folder", "."],
])("tells the path of %s", async (_, name) => {
  const path = join(folder, name);
  const reading = collect(readRecords(path));
  await expect(reading).rejects.toBeInstanceOf(VideoMarkupError);
  await expect(reading).rejects.toThrow(`${path} cannot be read: `);
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
