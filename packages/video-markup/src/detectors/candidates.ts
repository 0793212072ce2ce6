import type { Detection } from "../detection.js";
import type { FrameGeometry } from "./geometry.js";
import { toSourceX, toSourceY } from "./geometry.js";
import { byFallingScore, nonMaximumSuppression } from "./nms.js";

/** What decoding needs to know beside the tensors: the caller's choices, resolved. */
export interface DecodeSettings {
  readonly confidence: number;
  readonly iou: number;
  readonly maxDetections: number;
  readonly classNames: readonly string[];
  /** Class ids to keep; all when undefined. */
  readonly keepClasses: ReadonlySet<number> | undefined;
}

/** Most boxes that enter NMS: protects against a threshold near 0 making NMS quadratic in every cell. */
const MAX_NMS_CANDIDATES = 30_000;

/** Boxes over the threshold, in columns, before NMS: input pixels, and the row of the output they came from. */
export interface Candidates {
  readonly xyxy: number[];
  readonly scores: number[];
  readonly classIds: number[];
  readonly rows: number[];
}

/** An empty list of candidates. */
export function noCandidates(): Candidates {
  return { xyxy: [], scores: [], classIds: [], rows: [] };
}

/** Adds one box by its edges unless its class is filtered out. */
export function addCandidate(
  list: Candidates,
  settings: DecodeSettings,
  box: readonly [number, number, number, number],
  score: number,
  classId: number,
  row: number,
): void {
  // An overflow in the model is no certainty, and JSON has no word for it.
  if (!Number.isFinite(score)) return;
  if (settings.keepClasses && !settings.keepClasses.has(classId)) return;
  list.xyxy.push(box[0], box[1], box[2], box[3]);
  list.scores.push(score);
  list.classIds.push(classId);
  list.rows.push(row);
}

/** Indices of the candidates that survive NMS and the limit, best first. */
export function suppress(list: Candidates, settings: DecodeSettings): number[] {
  if (list.scores.length > MAX_NMS_CANDIDATES) keepStrongest(list);
  return nonMaximumSuppression(list.xyxy, list.scores, list.classIds, settings);
}

/** Indices of the best `maxDetections` candidates, best first, for families that need no NMS. */
export function best(list: Candidates, settings: DecodeSettings): number[] {
  return byFallingScore(list.scores).slice(0, settings.maxDetections);
}

/** The strongest `MAX_NMS_CANDIDATES`, copied back into the list in falling order of score. */
function keepStrongest(list: Candidates): void {
  const order = byFallingScore(list.scores).slice(0, MAX_NMS_CANDIDATES);
  const edges = order.map((i) => list.xyxy.slice(i * 4, i * 4 + 4));
  list.xyxy.length = 0;
  for (const box of edges) list.xyxy.push(...box);
  for (const column of [list.scores, list.classIds, list.rows]) {
    const values = order.map((i) => column[i]!);
    column.length = 0;
    for (const value of values) column.push(value);
  }
}

/**
 * One candidate as a detection: taken from input to source pixels and clipped to the frame.
 * Undefined when nothing of the box lies in the frame.
 */
export function toDetection(
  list: Candidates,
  index: number,
  geometry: FrameGeometry,
  settings: DecodeSettings,
): Detection | undefined {
  const { width, height } = geometry.source;
  const at = index * 4;
  const x1 = clamp(toSourceX(geometry, list.xyxy[at]!), width);
  const y1 = clamp(toSourceY(geometry, list.xyxy[at + 1]!), height);
  const x2 = clamp(toSourceX(geometry, list.xyxy[at + 2]!), width);
  const y2 = clamp(toSourceY(geometry, list.xyxy[at + 3]!), height);
  if (!(x2 > x1 && y2 > y1)) return undefined;
  const classId = list.classIds[index]!;
  return {
    classId,
    className: settings.classNames[classId] ?? String(classId),
    confidence: list.scores[index]!,
    xyxy: [x1, y1, x2, y2],
  };
}

/** The kept candidates as detections; `extend` adds masks, keypoints and the like, or drops one. */
export function toDetections(
  list: Candidates,
  kept: readonly number[],
  geometry: FrameGeometry,
  settings: DecodeSettings,
  extend?: (detection: Detection, index: number) => Detection | undefined,
): Detection[] {
  const detections: Detection[] = [];
  for (const index of kept) {
    const detection = toDetection(list, index, geometry, settings);
    const extended = detection && extend ? extend(detection, index) : detection;
    if (extended) detections.push(extended);
  }
  return detections;
}

function clamp(value: number, limit: number): number {
  return Math.min(limit, Math.max(0, value));
}
