import { VideoMarkupError } from "../errors.js";

/** One fix of a GPS track. */
export interface TrackPoint {
  /** Milliseconds since 1970, UTC. */
  readonly timeMs: number;
  /** Degrees, north positive. */
  readonly latitude: number;
  /** Degrees, east positive. */
  readonly longitude: number;
  /** Metres above the ellipsoid or the sea, as the device has it. */
  readonly elevation?: number;
}

/** Most points read: 30 hours at 10 Hz; protects against a file that is no track. */
const MAX_POINTS = 1_000_000;

/**
 * Reads the timed points of a GPX 1.0 or 1.1 track (`trkpt` with `time`), sorted by time.
 *
 * @throws VideoMarkupError when the text has no timed point, or one out of range.
 */
export function parseGpx(text: string): TrackPoint[] {
  const points: TrackPoint[] = [];
  for (const [, attributes = "", body = ""] of text.matchAll(
    /<(?:\w+:)?trkpt\b([^>]*)>([\s\S]*?)<\/(?:\w+:)?trkpt>/g,
  )) {
    const time = /<(?:\w+:)?time>\s*([^<]+?)\s*<\//.exec(body)?.[1];
    if (time === undefined) continue;
    const latitude = Number(/\blat\s*=\s*["']([^"']+)["']/.exec(attributes)?.[1]);
    const longitude = Number(/\blon\s*=\s*["']([^"']+)["']/.exec(attributes)?.[1]);
    const timeMs = Date.parse(time);
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) || Number.isNaN(timeMs)) {
      throw new VideoMarkupError(
        `Track point ${points.length + 1} of the GPX file has latitude ${latitude}, longitude ${longitude} and time "${time}"; ` +
          "degrees must be within 90 and 180, and the time as in 2026-05-01T12:00:00Z.",
      );
    }
    if (points.length >= MAX_POINTS)
      throw new VideoMarkupError(`The GPX file has more than ${MAX_POINTS} points.`);
    const elevation = Number(/<(?:\w+:)?ele>\s*([^<]+?)\s*<\//.exec(body)?.[1] ?? Number.NaN);
    points.push({ timeMs, latitude, longitude, ...(Number.isFinite(elevation) ? { elevation } : {}) });
  }
  if (points.length === 0) {
    throw new VideoMarkupError(
      "The GPX file has no track point (trkpt) with a time; record the track with times.",
    );
  }
  return points.sort((a, b) => a.timeMs - b.timeMs);
}

/** Options of {@link trackPositions}. */
export interface PositionOptions {
  /** Longest gap between two fixes that is bridged by a straight line, in seconds. Default 30. */
  readonly maxGapSeconds?: number;
}

/**
 * Where the camera was at a time of the video: interpolated between the fixes before and after it.
 *
 * @param points Sorted by time, as from {@link parseGpx}.
 * @param videoStart When the video's time 0 was.
 * @returns A function from seconds of the video; undefined outside the track and inside long gaps.
 */
export function trackPositions(
  points: readonly TrackPoint[],
  videoStart: Date,
  options: PositionOptions = {},
): (ptsSeconds: number) => TrackPoint | undefined {
  const maxGapMs = (options.maxGapSeconds ?? 30) * 1000;
  const start = videoStart.getTime();
  if (Number.isNaN(start)) throw new RangeError("The start of the video is no valid date.");
  return (ptsSeconds) => {
    const timeMs = start + ptsSeconds * 1000;
    const after = firstAtOrAfter(points, timeMs);
    const next = points[after];
    const before = points[after - 1];
    if (!next) return undefined;
    if (next.timeMs === timeMs) return next;
    if (!before || next.timeMs - before.timeMs > maxGapMs) return undefined;
    const share = (timeMs - before.timeMs) / (next.timeMs - before.timeMs);
    const between = (a: number, b: number) => a + (b - a) * share;
    const elevation =
      before.elevation !== undefined && next.elevation !== undefined
        ? { elevation: between(before.elevation, next.elevation) }
        : {};
    return {
      timeMs,
      latitude: between(before.latitude, next.latitude),
      longitude: betweenLongitudes(before.longitude, next.longitude, share),
      ...elevation,
    };
  };
}

/** The short way round, also across the date line. */
function betweenLongitudes(a: number, b: number, share: number): number {
  const step = ((b - a + 540) % 360) - 180;
  return ((a + step * share + 540) % 360) - 180;
}

function firstAtOrAfter(points: readonly TrackPoint[], timeMs: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.timeMs < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
