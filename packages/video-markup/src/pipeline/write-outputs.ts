import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { FrameDetections } from "../detection.js";
import { VideoMarkupError } from "../errors.js";
import { containerOf } from "../media/container.js";
import { outputTimescale } from "../media/encoding-options.js";
import { scanFrames } from "../media/frame-index.js";
import { joinOutput } from "../media/join-output.js";
import { readRecords } from "../records/frame-records.js";
import { startRecordFile } from "../records/record-file.js";
import type { FinishedSegment, SegmentRecords } from "./segment-files.js";
import { createSourceNotes } from "./source-notes.js";
import type { VideoJob } from "./video-job.js";

/** Where the parts of a job go. */
export interface VideoOutputs {
  readonly output: string;
  /** Where the records go as one file; undefined: nowhere. */
  readonly detectionsPath: string | undefined;
  /** Whether the source's sound is kept. Default true. */
  readonly sound?: boolean | undefined;
}

/**
 * Joins the encoded parts, checks that the result has every frame at its time, and only then gives the
 * video and the records their names.
 *
 * @param parts encoded segments with their records, in order
 */
export async function writeVideo(
  { video, segments, folder, signal }: VideoJob,
  parts: readonly FinishedSegment[],
  { output, detectionsPath, sound = true }: VideoOutputs,
): Promise<{ frames: number; durationSeconds: number; warnings: readonly string[] }> {
  const timescale = outputTimescale(video);
  const last = segments.at(-1)!;
  const records = detectionsPath === undefined ? undefined : await startRecordFile(detectionsPath);
  const joined = join(folder.path, "joined");
  try {
    const source = createSourceNotes(video, segments, parts);
    const times = new Float64Array(parts.reduce((sum, { frames }) => sum + frames, 0));
    let frame = 0;
    for await (const record of joinedRecords(parts, signal)) {
      times[frame++] = Math.round(record.ptsSeconds * timescale);
      source.see(record.ptsSeconds);
      await records?.write(record);
    }
    const { num, den } = video.timeBase;
    const lastDuration = Math.round((last.lastDuration * num * timescale) / den);
    const kept = await joinOutput({
      segments: parts.map(({ videoPath }) => videoPath),
      video,
      timescale,
      lastPts: times.at(-1)!,
      lastDuration,
      cut: last.endPts !== undefined,
      output: joined,
      container: containerOf(output, undefined),
      sound,
      signal,
    });
    await verify(joined, times, timescale, signal);
    await records?.commit();
    await mkdir(dirname(resolve(output)), { recursive: true });
    await rename(joined, output);
    return {
      frames: times.length,
      durationSeconds: (times.at(-1)! + lastDuration - times[0]!) / timescale,
      warnings: [...source.notes(), ...kept],
    };
  } finally {
    await records?.discard();
    await rm(joined, { force: true });
  }
}

/**
 * Writes the records of all parts as one file.
 *
 * @returns what of the source is missing, damaged or changed, in words
 */
export async function writeRecords(
  { video, segments, signal }: VideoJob,
  parts: readonly SegmentRecords[],
  path: string,
): Promise<readonly string[]> {
  const file = await startRecordFile(path);
  try {
    const source = createSourceNotes(video, segments, parts);
    for await (const record of joinedRecords(parts, signal)) {
      source.see(record.ptsSeconds);
      await file.write(record);
    }
    await file.commit();
    return source.notes();
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
): AsyncGenerator<FrameDetections, void> {
  const base = (await firstFrame(parts[0])) ?? 0;
  let count = 0;
  for (const { recordsPath } of parts) {
    signal.throwIfAborted();
    for await (const record of readRecords(recordsPath)) {
      yield { ...record, frame: base + count++ };
    }
  }
}

/** A shard's frames keep their numbers in the whole video. */
async function firstFrame(part: SegmentRecords | undefined): Promise<number | undefined> {
  if (!part) return undefined;
  for await (const { frame } of readRecords(part.recordsPath)) return frame;
  return undefined;
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
