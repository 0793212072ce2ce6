import { randomBytes } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { VideoMarkupError } from "../errors.js";
import { startWholeFile, type WholeFile } from "../files/whole-file.js";
import { outputTimescale } from "../media/encoding-options.js";
import { scanFrames } from "../media/frame-index.js";
import { joinOutput } from "../media/join-output.js";
import type { Segment } from "../media/plan-segments.js";
import type { VideoInfo } from "../media/probe.js";
import { readRecords, recordLine } from "../records/frame-records.js";
import type { FinishedSegment, SegmentRecords } from "./segment-files.js";

/** What {@link writeVideo} works with. */
export interface VideoParts {
  readonly video: VideoInfo;
  /** Encoded parts with their records, in order. */
  readonly parts: readonly FinishedSegment[];
  /** The last segment. */
  readonly last: Segment;
  /** Folder for the unfinished file, on the output's disk. */
  readonly folder: string;
  readonly output: string;
  /** Where the records go as one file; undefined: nowhere. */
  readonly detectionsPath: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Joins the encoded parts, checks that the result has every frame at its time, and only then gives the
 * video and the records their names.
 */
export async function writeVideo(
  job: VideoParts,
): Promise<{ frames: number; durationSeconds: number; warnings: readonly string[] }> {
  const { video, parts, last, folder, output, detectionsPath, signal } = job;
  const timescale = outputTimescale(video);
  const records = detectionsPath === undefined ? undefined : await startHidden(detectionsPath);
  const joined = join(folder, `joined${extname(output) || ".mp4"}`);
  try {
    const times = new Float64Array(parts.reduce((sum, { frames }) => sum + frames, 0));
    let frame = 0;
    for await (const { ptsSeconds, line } of joinedRecords(parts, signal)) {
      times[frame++] = Math.round(ptsSeconds * timescale);
      await records?.write(line);
    }
    const { num, den } = video.timeBase;
    const lastDuration = Math.round((last.lastDuration * num * timescale) / den);
    const warnings = await joinOutput({
      segments: parts.map(({ videoPath }) => videoPath),
      video,
      timescale,
      lastPts: times.at(-1)!,
      lastDuration,
      cut: last.endPts !== undefined,
      output: joined,
      signal,
    });
    await verify(joined, times, timescale, signal);
    await records?.commit();
    await mkdir(dirname(resolve(output)), { recursive: true });
    await rename(joined, output);
    return {
      frames: times.length,
      durationSeconds: (times.at(-1)! + lastDuration - times[0]!) / timescale,
      warnings,
    };
  } finally {
    await records?.discard();
    await rm(joined, { force: true });
  }
}

/** Writes the records of all parts as one file. */
export async function writeRecords(
  parts: readonly SegmentRecords[],
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const file = await startHidden(path);
  try {
    for await (const { line } of joinedRecords(parts, signal)) await file.write(line);
    await file.commit();
  } finally {
    await file.discard();
  }
}

/** What the parts have found in all. */
export function sumCounts(parts: readonly SegmentRecords[]) {
  const sum = (pick: (part: SegmentRecords) => number) =>
    parts.reduce((total, part) => total + pick(part), 0);
  return {
    frames: sum((part) => part.frames),
    framesWithDetections: sum((part) => part.framesWithDetections),
    detectionCount: sum((part) => part.detectionCount),
    provider: parts[0]?.provider ?? ("cpu" as const),
    refusedProviders: parts[0]?.refusedProviders ?? [],
  };
}

/** Frames are counted anew: a segment may have held another number of them than its packets promised. */
async function* joinedRecords(
  parts: readonly SegmentRecords[],
  signal: AbortSignal,
): AsyncGenerator<{ ptsSeconds: number; line: string }, void> {
  const base = (await firstFrame(parts[0])) ?? 0;
  let count = 0;
  for (const { recordsPath } of parts) {
    signal.throwIfAborted();
    for await (const record of readRecords(recordsPath)) {
      const frame = base + count++;
      yield { ptsSeconds: record.ptsSeconds, line: recordLine({ ...record, frame }) };
    }
  }
}

/** A shard's frames keep their numbers in the whole video. */
async function firstFrame(part: SegmentRecords | undefined): Promise<number | undefined> {
  if (!part) return undefined;
  for await (const { frame } of readRecords(part.recordsPath)) return frame;
  return undefined;
}

/** A file that has a private name beside its own until it is complete. */
async function startHidden(path: string): Promise<WholeFile> {
  const target = resolve(path);
  await mkdir(dirname(target), { recursive: true });
  const hidden = `.${basename(target)}.${randomBytes(6).toString("hex")}.part`;
  return await startWholeFile(target, join(dirname(target), hidden));
}

async function verify(
  path: string,
  times: Float64Array,
  timescale: number,
  signal: AbortSignal,
): Promise<void> {
  const { index } = await scanFrames(path, signal);
  if (index.pts.length !== times.length) {
    throw new VideoMarkupError(
      `the joined video has ${index.pts.length} frames instead of ${times.length}; it was not put in place`,
    );
  }
  const scale = (index.timeBase.num * timescale) / index.timeBase.den;
  // Matroska's own clock has milliseconds.
  const tolerance = Math.max(0.5, scale);
  const at = times.findIndex((time, frame) => Math.abs(index.pts[frame]! * scale - time) > tolerance);
  if (at >= 0) {
    const seconds = (index.pts[at]! * index.timeBase.num) / index.timeBase.den;
    throw new VideoMarkupError(
      `frame ${at} of the joined video shows at ${seconds} s instead of ${times[at]! / timescale} s; it was not put in place`,
    );
  }
}
