import type { Detection, FrameDetections, Xyxy } from "../detection.js";
import { assign } from "./assignment.js";
import { type AxisFilter, correctAxis, predictAxis, startAxis } from "./axis-filter.js";
import { iouCosts, type Tracker } from "./tracker.js";

/** Options of {@link byteTrack}; the defaults are those of Roboflow's supervision. */
export interface ByteTrackOptions {
  /** Score from which a detection is matched first; 0.1 above it a track may begin. 0 to 1, default 0.25. */
  readonly activation?: number;
  /** Score from which the rest is matched to tracks that found nothing better. 0 to 1, default 0.1. */
  readonly least?: number;
  /** Highest cost (1 - IoU x score) of a first match. 0 to 1, default 0.8. */
  readonly matching?: number;
  /** Frames after which a lost track is forgotten, from 0. Default 30. */
  readonly lostFrames?: number;
}

/** Highest cost (1 - IoU) of a match with a weak detection. */
const WEAK_MATCHING = 0.5;

/** Highest cost of a match for a track that was seen once. */
const UNCONFIRMED_MATCHING = 0.7;

/** Two tracks nearer than this (1 - IoU) are the same object; the older one stays. */
const DUPLICATE = 0.15;

/** How much above `activation` a detection must score to begin a track. */
const BIRTH_MARGIN = 0.1;

/** One object followed; centre x, y, aspect ratio and height each by its own filter. */
interface Track {
  id: number | undefined;
  readonly axes: readonly [x: AxisFilter, y: AxisFilter, aspect: AxisFilter, height: AxisFilter];
  lost: boolean;
  confirmed: boolean;
  readonly firstFrame: number;
  lastFrame: number;
}

/**
 * ByteTrack (Zhang et al., ECCV 2022): strong detections are matched to predicted tracks by IoU and score, the
 * tracks left over to the weak detections, which keeps objects through occlusion and blur. A track gets its
 * id, counted from 1 without gaps, when it is seen for the second time (in the first frame at once).
 *
 * @throws RangeError when a share is not from 0 to 1.
 * @example
 * const tracker = byteTrack({ activation: 0.4 });
 * for (const record of records) console.log(tracker.update(record).detections.map(({ trackId }) => trackId));
 */
export function byteTrack(options: ByteTrackOptions = {}): Tracker {
  const { activation = 0.25, least = 0.1, matching = 0.8, lostFrames = 30 } = options;
  for (const [name, value] of Object.entries({ activation, least, matching })) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} is ${value}; it must be from 0 to 1.`);
  }
  let tracks: Track[] = [];
  let lostTracks: Track[] = [];
  let frame = 0;
  let nextId = 1;

  function update(record: FrameDetections): FrameDetections {
    frame++;
    const { detections } = record;
    const strong = detections.filter(({ confidence }) => confidence > activation);
    const weak = detections.filter(({ confidence }) => confidence > least && confidence < activation);
    const seen = new Map<Detection, Track>();
    const see = (track: Track, detection: Detection) => {
      correct(track, detection.xyxy);
      track.lost = false;
      track.lastFrame = frame;
      seen.set(detection, track);
    };

    const confirmed = tracks.filter((track) => track.confirmed);
    const pool = [...confirmed, ...lostTracks];
    for (const track of pool) predict(track);
    const first = assign(fusedCosts(pool, strong), pool.length, strong.length, matching);
    const revived: Track[] = [];
    for (const [row, column] of first.pairs) {
      if (pool[row]!.lost) revived.push(pool[row]!);
      see(pool[row]!, strong[column]!);
    }

    const unmatched = first.freeRows.map((row) => pool[row]!).filter((track) => !track.lost);
    const weakCosts = iouCosts(
      unmatched.map(boxOf),
      weak.map(({ xyxy }) => xyxy),
    );
    const second = assign(weakCosts, unmatched.length, weak.length, WEAK_MATCHING);
    for (const [row, column] of second.pairs) see(unmatched[row]!, weak[column]!);
    const newlyLost = second.freeRows.map((row) => unmatched[row]!);
    for (const track of newlyLost) track.lost = true;

    const left = first.freeColumns.map((column) => strong[column]!);
    const young = tracks.filter((track) => !track.confirmed);
    const third = assign(fusedCosts(young, left), young.length, left.length, UNCONFIRMED_MATCHING);
    for (const [row, column] of third.pairs) {
      see(young[row]!, left[column]!);
      young[row]!.confirmed = true;
    }
    const forgotten = new Set(third.freeRows.map((row) => young[row]!));

    const born: Track[] = [];
    for (const column of third.freeColumns) {
      const detection = left[column]!;
      if (detection.confidence < activation + BIRTH_MARGIN) continue;
      const track = begin(detection.xyxy, frame);
      born.push(track);
      seen.set(detection, track);
    }

    tracks = [...tracks.filter((track) => !track.lost && !forgotten.has(track)), ...born, ...revived];
    lostTracks = [...lostTracks.filter((track) => track.lost), ...newlyLost].filter(
      (track) => frame - track.lastFrame <= lostFrames,
    );
    [tracks, lostTracks] = withoutDuplicates(tracks, lostTracks);

    return { ...record, detections: detections.map((detection) => withId(detection, seen.get(detection))) };
  }

  function withId(detection: Detection, track: Track | undefined): Detection {
    if (!track?.confirmed || !tracks.includes(track)) return detection;
    track.id ??= nextId++;
    return { ...detection, trackId: track.id };
  }

  return { update };
}

/** 1 - IoU x score: a sure detection is worth more overlap. */
function fusedCosts(tracks: readonly Track[], detections: readonly Detection[]): Float64Array {
  const costs = iouCosts(
    tracks.map(boxOf),
    detections.map(({ xyxy }) => xyxy),
  );
  return costs.map((cost, at) => 1 - (1 - cost) * detections[at % detections.length]!.confidence);
}

function begin(xyxy: Xyxy, frame: number): Track {
  const [x, y, aspect, height] = measure(xyxy);
  const position = (2 * POSITION * height) ** 2;
  const velocity = (10 * VELOCITY * height) ** 2;
  return {
    id: undefined,
    axes: [
      startAxis(x, position, velocity),
      startAxis(y, position, velocity),
      startAxis(aspect, 1e-2 ** 2, 1e-5 ** 2),
      startAxis(height, position, velocity),
    ],
    lost: false,
    confirmed: frame === 1,
    firstFrame: frame,
    lastFrame: frame,
  };
}

/** Standard deviations as shares of the box's height (DeepSORT's and ByteTrack's). */
const POSITION = 1 / 20;
const VELOCITY = 1 / 160;

function predict({ axes: [x, y, aspect, height], lost }: Track): void {
  // A lost object's box must not grow or shrink out of hand.
  if (lost) height.velocity = 0;
  const position = (POSITION * height.position) ** 2;
  const velocity = (VELOCITY * height.position) ** 2;
  predictAxis(x, position, velocity);
  predictAxis(y, position, velocity);
  predictAxis(aspect, 1e-2 ** 2, 1e-5 ** 2);
  predictAxis(height, position, velocity);
}

function correct({ axes }: Track, xyxy: Xyxy): void {
  const [x, y, aspect, height] = measure(xyxy);
  const variance = (POSITION * axes[3].position) ** 2;
  correctAxis(axes[0], x, variance);
  correctAxis(axes[1], y, variance);
  correctAxis(axes[2], aspect, 1e-1 ** 2);
  correctAxis(axes[3], height, variance);
}

/** Centre, aspect ratio and height; a flat box counts as a thousandth of a pixel high. */
function measure([x1, y1, x2, y2]: Xyxy): [number, number, number, number] {
  const height = Math.max(1e-3, y2 - y1);
  return [(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / height, height];
}

function boxOf({ axes: [x, y, aspect, height] }: Track): Xyxy {
  const halfWidth = (aspect.position * height.position) / 2;
  const halfHeight = height.position / 2;
  return [x.position - halfWidth, y.position - halfHeight, x.position + halfWidth, y.position + halfHeight];
}

function withoutDuplicates(tracks: readonly Track[], lost: readonly Track[]): [Track[], Track[]] {
  const costs = iouCosts(tracks.map(boxOf), lost.map(boxOf));
  const dropped = new Set<Track>();
  for (const [at, cost] of costs.entries()) {
    if (cost >= DUPLICATE) continue;
    const a = tracks[Math.floor(at / lost.length)]!;
    const b = lost[at % lost.length]!;
    dropped.add(a.lastFrame - a.firstFrame > b.lastFrame - b.firstFrame ? b : a);
  }
  const stays = (track: Track) => !dropped.has(track);
  return [tracks.filter(stays), lost.filter(stays)];
}
