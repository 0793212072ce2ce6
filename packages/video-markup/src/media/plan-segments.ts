import type { VideoInfo } from "./probe.js";

/** A stretch of a video that is worked on by itself: the frames from `startPts` up to, not including, `endPts`. */
export interface Segment {
  /** Position among the video's segments, from 0. */
  readonly index: number;
  /** Frames of the video before this segment. */
  readonly firstFrame: number;
  /** Frames in it by the packet list. */
  readonly frames: number;
  /** Ticks; undefined: from the start of the stream. */
  readonly startPts: number | undefined;
  /** Ticks; undefined: to the end of the stream. */
  readonly endPts: number | undefined;
  /** How long the segment's last frame shows, in ticks. */
  readonly lastDuration: number;
}

/** Options of {@link planSegments}. */
export interface SegmentPlanOptions {
  /** Least length of a segment in seconds. Default: 30, and less towards the end, at least 2. */
  readonly segmentSeconds?: number;
  /** Hosts that share the segments. Default 8, for shards: all machines must cut alike. */
  readonly hosts?: number;
  /** Only the frames that start before this many seconds (the first frame always). Default: all. */
  readonly maxSeconds?: number;
}

/** Containers that seek to a keyframe by its presentation time without guessing. */
const seekable = new Set(["mov", "mp4", "matroska", "webm"]);

/**
 * Cuts a video into segments that each begin at a keyframe, so that each can be decoded by itself.
 * A container in which seeking is inexact, or a stream whose packets have no times, stays in one piece.
 */
export function planSegments(video: VideoInfo, options: SegmentPlanOptions = {}): Segment[] {
  const { segmentSeconds, maxSeconds, hosts = 8 } = options;
  const { index, timeBase } = video;
  const ticks = (seconds: number) => (seconds * timeBase.den) / timeBase.num;
  const first = index.pts[0]!;
  let total = index.pts.length;
  if (maxSeconds !== undefined) {
    const limit = first + ticks(maxSeconds);
    total = Math.max(1, countBefore(index.pts, limit));
  }
  const cutAtEnd = total < index.pts.length;
  const starts = [0];
  if (index.complete && video.formats.some((name) => seekable.has(name))) {
    const end = index.pts[total - 1]!;
    const leastFrom = (start: number) =>
      ticks(segmentSeconds ?? shrinkingLength(((end - start) * timeBase.num) / timeBase.den, hosts));
    for (const key of index.keyframes) {
      const at = countBefore(index.pts, key);
      if (at >= total) break;
      const start = index.pts[starts.at(-1)!]!;
      if (key - start >= leastFrom(start)) starts.push(at);
    }
    // A short rest is worth less than the start of one more decoder and encoder.
    const lastStart = index.pts[starts.at(-1)!]!;
    if (starts.length > 1 && end - lastStart < leastFrom(lastStart) / 4) starts.pop();
  }
  return starts.map((start, n) => {
    const end = starts[n + 1] ?? total;
    const isLast = end === total;
    return {
      index: n,
      firstFrame: start,
      frames: end - start,
      startPts: n === 0 ? undefined : index.pts[start]!,
      endPts: isLast && !cutAtEnd ? undefined : index.pts[end]!,
      lastDuration: end < index.pts.length ? index.pts[end]! - index.pts[end - 1]! : index.lastDuration,
    };
  });
}

/**
 * Seconds of the next segment when so many are left. Long segments cost the fewest starts (two ffmpegs each,
 * 0.1 s of CPU time apiece); short ones at the end keep all hosts at work until it.
 */
function shrinkingLength(secondsLeft: number, hosts: number): number {
  return Math.min(30, Math.max(2, secondsLeft / (hosts + 1)));
}

/** How long neighbouring segments of a video show, in seconds; 0 for none. */
export function segmentsSeconds(job: {
  readonly video: VideoInfo;
  readonly segments: readonly Segment[];
}): number {
  const { index, timeBase } = job.video;
  const first = job.segments[0];
  const last = job.segments.at(-1);
  if (!first || !last) return 0;
  const end = index.pts[last.firstFrame + last.frames - 1]! + last.lastDuration;
  return ((end - index.pts[first.firstFrame]!) * timeBase.num) / timeBase.den;
}

/** How many of the ascending `values` lie below `limit`. */
function countBefore(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
