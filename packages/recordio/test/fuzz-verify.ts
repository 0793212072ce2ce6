import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { encodeImagePayload } from "../src/format/ir-header.js";
import { extractRecords, frameRecord, PythonRandom, RecordIOError, verifyRecordIO } from "../src/index.js";
import { mutate } from "./fuzz-records.js";

/** What a fuzz run of `verify` saw. */
export interface VerifyFuzzCounts {
  inputs: number;
  /** Files in which nothing was found. */
  well: number;
  /** Records found whole, their images or not. */
  records: number;
  problems: number;
  /** Images that could not be decoded to their last pixel. */
  damagedImages: number;
  /** Files whose records could all be written as files. */
  extracted: number;
  slowestMs: number;
  peakMB: number;
}

/**
 * Verifies mutated `.rec` files of real JPEGs, PNGs and WebPs, every other time with a mutated `.idx` and `.lst` beside it;
 * throws for whatever `verifyRecordIO` throws: damage is an answer, not an error; and for what `extractRecords` throws
 * that is no RecordIOError.
 *
 * @param folder where the files are written
 */
export async function fuzzVerify(inputs: number, folder: string, seed = 1): Promise<VerifyFuzzCounts> {
  const random = new PythonRandom(seed);
  const counts = {
    inputs: 0,
    well: 0,
    records: 0,
    problems: 0,
    damagedImages: 0,
    extracted: 0,
    slowestMs: 0,
    peakMB: 0,
  };
  const whole = await makeFiles();
  const rec = join(folder, "fuzz.rec");
  for (; counts.inputs < inputs; counts.inputs++) {
    await writeFile(rec, mutate(whole.rec, random));
    const isBeside = random.below(2) === 0;
    for (const ending of ["idx", "lst"] as const) {
      const bytes = random.below(2) === 0 ? whole[ending] : mutate(whole[ending], random);
      await writeFile(join(folder, `fuzz.${ending}`), bytes);
    }
    const started = performance.now();
    const found = await verifyRecordIO(rec, isBeside ? {} : { idxPath: false, lstPath: false });
    counts.slowestMs = Math.max(counts.slowestMs, Math.round(performance.now() - started));
    counts.peakMB = Math.max(counts.peakMB, Math.round(process.memoryUsage.rss() / 2 ** 20));
    counts.records += found.records;
    counts.problems += found.problemCount;
    counts.damagedImages += found.problems.filter(({ message }) => message.includes("not whole")).length;
    if (found.problemCount === 0) counts.well++;
    if (await extracts(rec, join(folder, "files"))) counts.extracted++;
  }
  return counts;
}

async function extracts(rec: string, folder: string): Promise<boolean> {
  try {
    await extractRecords(rec, folder);
    return true;
  } catch (error) {
    if (error instanceof RecordIOError) return false;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One image of each kind that decoders treat differently. */
async function makeFiles(): Promise<Record<"rec" | "idx" | "lst", Buffer>> {
  const pixels = Buffer.from(Array.from({ length: 48 * 32 * 3 }, (_, at) => (at * 7 + (at >> 6) * 5) & 255));
  const image = sharp(pixels, { raw: { width: 48, height: 32, channels: 3 } });
  const images = await Promise.all([
    image.clone().jpeg().toBuffer(),
    image.clone().jpeg({ progressive: true, chromaSubsampling: "4:4:4" }).toBuffer(),
    image.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    image.clone().greyscale().jpeg({ quality: 30 }).toBuffer(),
    image.clone().png().toBuffer(),
    image.clone().webp().toBuffer(),
  ]);
  const boxes = [2, 5, 1, 0.125, 0.125, 0.5, 0.5, 0, 0.25, 0.5, 1, 1];
  const records = images.map((bytes, id) => frameRecord(encodeImagePayload({ id, labels: boxes }, bytes)));
  let byteOffset = 0;
  const lines = records.map((record, id) => {
    const line = `${id}\t${byteOffset}\n`;
    byteOffset += record.length;
    return line;
  });
  return {
    rec: Buffer.concat(records),
    idx: Buffer.from(lines.join("")),
    lst: Buffer.from(records.map((_, id) => `${id}\t${boxes.join("\t")}\tc/${id}.jpg\n`).join("")),
  };
}
