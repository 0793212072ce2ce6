import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach } from "vitest";
import type { ImageRecord } from "../format/ir-header.js";
import { readRecords } from "../read/read-records.js";

/** Where a test's pictures lie, and where it packs them to. */
export interface Pictures {
  /** Removed behind the test. */
  readonly folder: string;
  /** `cat/0.jpg`, `dog/1.jpg` and so on: twelve pictures in two classes. */
  readonly images: string;
  /** `out/train` in the folder. */
  readonly output: string;
}

/** Draws pictures for each test of a file; what it returns is filled in before each. */
export function usePictures(): Pictures {
  const pictures = { folder: "", images: "", output: "" };
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), "recordio-pack-"));
    Object.assign(pictures, { folder, images: join(folder, "images"), output: join(folder, "out", "train") });
    for (let i = 0; i < 12; i++) {
      const path = join(pictures.images, i % 2 === 0 ? "cat" : "dog");
      await mkdir(path, { recursive: true });
      await drawInto(join(path, `${i}.jpg`), i);
    }
  });
  afterEach(async () => {
    await rm(pictures.folder, { recursive: true });
  });
  return pictures;
}

/** Draws a picture of 40x30 pixels. */
export async function drawInto(path: string, shade: number): Promise<void> {
  const background = { r: shade * 20, g: 255 - shade * 20, b: 90 };
  await writeFile(
    path,
    await sharp({ create: { width: 40, height: 30, channels: 3, background } })
      .jpeg()
      .toBuffer(),
  );
}

/** All records of a file. */
export async function recordsOf(path: string): Promise<ImageRecord[]> {
  const records: ImageRecord[] = [];
  for await (const record of readRecords(path)) records.push(record);
  return records;
}

/** Options that pack in this thread, to 20 pixels. */
export const small = ({ output }: Pictures) =>
  ({ output, workers: 0, resize: { kind: "short-edge", pixels: 20 } }) as const;

/** Names beside the output. */
export async function filesOf({ folder }: Pictures): Promise<string[]> {
  return (await readdir(join(folder, "out"))).sort();
}

/** What is there when a run is complete. */
export const COMPLETE = ["train.idx", "train.lst", "train.pack.jsonl", "train.rec", "train.report.json"];
