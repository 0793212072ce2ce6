import { randomBytes } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { VideoMarkupError } from "../errors.js";
import type { MarkUpOptions, MarkUpResult } from "../mark-up-options.js";
import { scanFrames } from "../media/frame-index.js";
import { joinOutput } from "../media/join-output.js";
import type { VideoInfo } from "../media/probe.js";
import { readRecords, recordLine } from "../records/frame-records.js";
import { startWholeFile, type WholeFile } from "../records/whole-file.js";
import { outputTimescale } from "./encoding-options.js";
import type { Segment } from "./plan-segments.js";
import type { FinishedSegment } from "./run-segments.js";
import type { WorkFolder } from "./work-folder.js";

/** What {@link writeOutputs} works with. */
export interface OutputJob {
  readonly video: VideoInfo;
  readonly segments: readonly Segment[];
  readonly done: readonly FinishedSegment[];
  readonly folder: WorkFolder;
  readonly output: string;
  readonly options: MarkUpOptions;
  readonly signal: AbortSignal;
}

/**
 * Joins the finished segments, checks that the result has every frame at its time, and only then gives the
 * video and the detections their names.
 */
export async function writeOutputs(
  job: OutputJob,
): Promise<Omit<MarkUpResult, "seconds" | "output" | "detectionsPath">> {
  const { video, segments, done, folder, output, options, signal } = job;
  const timescale = outputTimescale(video);
  const records = options.detectionsPath ? await startRecords(options.detectionsPath) : undefined;
  const joined = join(folder.path, `joined${extname(output) || ".mp4"}`);
  try {
    const times = await collectTimes(done, timescale, records, signal);
    const lastDuration = Math.round(
      (segments.at(-1)!.lastDuration * video.timeBase.num * timescale) / video.timeBase.den,
    );
    const cut = segments.at(-1)!.endPts !== undefined;
    const warnings = await joinOutput({
      segments: done.map(({ videoPath }) => videoPath),
      video,
      timescale,
      lastPts: times.at(-1)!,
      lastDuration,
      cut,
      output: joined,
      signal,
    });
    await verify(joined, times, timescale, signal);
    await records?.commit();
    await mkdir(dirname(resolve(output)), { recursive: true });
    await rename(joined, output);
    const sum = (pick: (segment: FinishedSegment) => number) =>
      done.reduce((total, segment) => total + pick(segment), 0);
    return {
      frames: times.length,
      durationSeconds: (times.at(-1)! + lastDuration - times[0]!) / timescale,
      framesWithDetections: sum((segment) => segment.framesWithDetections),
      detectionCount: sum((segment) => segment.detectionCount),
      provider: done[0]!.provider ?? "cpu",
      refusedProviders: done[0]!.refusedProviders ?? [],
      warnings,
    };
  } finally {
    await records?.discard();
    await rm(joined, { force: true });
  }
}

/** The detections file gets a private name beside its own until it is complete. */
async function startRecords(path: string): Promise<WholeFile> {
  const target = resolve(path);
  await mkdir(dirname(target), { recursive: true });
  const hidden = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}`);
  return await startWholeFile(target, `${hidden}.part`);
}

/** Times of all frames in output ticks; copies the records on the way. */
async function collectTimes(
  done: readonly FinishedSegment[],
  timescale: number,
  records: WholeFile | undefined,
  signal: AbortSignal,
): Promise<Float64Array> {
  const times = new Float64Array(done.reduce((sum, { frames }) => sum + frames, 0));
  let frame = 0;
  for (const { recordsPath } of done) {
    signal.throwIfAborted();
    for await (const record of readRecords(recordsPath)) {
      times[frame] = Math.round(record.ptsSeconds * timescale);
      // Counted anew: a segment may have held another number of frames than its packets promised.
      await records?.write(recordLine({ ...record, frame }));
      frame++;
    }
  }
  return times;
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
  // Matroska's own clock has milliseconds.
  const tolerance = Math.max(0.5, (index.timeBase.num * timescale) / index.timeBase.den);
  const at = times.findIndex((time, frame) => {
    const actual = (index.pts[frame]! * index.timeBase.num * timescale) / index.timeBase.den;
    return Math.abs(actual - time) > tolerance;
  });
  if (at >= 0) {
    const seconds = (index.pts[at]! * index.timeBase.num) / index.timeBase.den;
    throw new VideoMarkupError(
      `frame ${at} of the joined video shows at ${seconds} s instead of ${times[at]! / timescale} s; it was not put in place`,
    );
  }
}
