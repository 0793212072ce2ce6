import type { Detection } from "../detection.js";
import type { FrameGeometry } from "./geometry.js";
import { toSourceX, toSourceY } from "./geometry.js";
import { byFallingScore, nonMaximumSuppression } from "./nms.js";
import { type Refuse, requireSense } from "./sense.js";

/** What decoding needs to know beside the tensors: the caller's choices, resolved. */
export interface DecodeSettings {
  /** Least score to keep, 0 to 1. */
  readonly confidence: number;
  /** Overlap from which the weaker of two boxes of a class is dropped, 0 to 1. */
  readonly iou: number;
  /** Most detections in a frame, from 1. */
  readonly maxDetections: number;
  /** Names in class-id order; empty where nobody named any. */
  readonly classNames: readonly string[];
  /** Class ids to keep; all when undefined. */
  readonly keepClasses: ReadonlySet<number> | undefined;
}

/** Left, top, right and bottom edge in input pixels. */
export type Edges = readonly [x1: number, y1: number, x2: number, y2: number];

/** The frame that candidates are found in. */
export interface CandidateFrame {
  readonly geometry: FrameGeometry;
  readonly settings: DecodeSettings;
  /** Makes the error for values that the layout cannot have. */
  readonly refuse: Refuse;
}

/** Boxes over the threshold, in columns, before NMS: input pixels, and the row of the output they came from. */
export interface Candidates {
  readonly frame: CandidateFrame;
  /** Names of the outputs that boxes and scores are read from, for errors. */
  readonly outputs: { readonly boxes: string; readonly scores: string };
  /** Four edges a box, in input pixels. */
  readonly xyxy: number[];
  /** 0 to 1. */
  readonly scores: number[];
  /** From 0. */
  readonly classIds: number[];
  /** Rows of the output, from 0. */
  readonly rows: number[];
}

/** Adds to a detection, or drops it; `index` is its place in the list of candidates. */
export type Extend = (detection: Detection, index: number) => Detection | undefined;

/** Most boxes that enter NMS: protects against a threshold near 0 making NMS quadratic in every cell. */
const MAX_NMS_CANDIDATES = 30_000;

/** An empty list of candidates of one frame, read from the named outputs. */
export function noCandidates(frame: CandidateFrame, boxes: string, scores = boxes): Candidates {
  return { frame, outputs: { boxes, scores }, xyxy: [], scores: [], classIds: [], rows: [] };
}

/**
 * The edges of a box given by its centre and sides.
 *
 * @example
 * edgesAround(320, 320, 200, 100); // [220, 270, 420, 370]
 */
export function edgesAround(x: number, y: number, width: number, height: number): Edges {
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

/**
 * Adds one box by its edges unless its class is filtered out.
 *
 * @throws DetectorLayoutError when score, box or class is none that the layout can have.
 */
export function addCandidate(
  list: Candidates,
  box: Edges,
  score: number,
  classId: number,
  row: number,
): void {
  // An overflow in the model is no certainty, and JSON has no word for it.
  if (!Number.isFinite(score)) return;
  const { settings, geometry, refuse } = list.frame;
  requireSense(list.outputs, box, score, classId, geometry.input, refuse);
  const id = Math.round(classId);
  if (settings.keepClasses && !settings.keepClasses.has(id)) return;
  list.xyxy.push(box[0], box[1], box[2], box[3]);
  list.scores.push(Math.min(1, score));
  list.classIds.push(id);
  list.rows.push(row);
}

/** Rows over the threshold, with their scores and classes. */
export interface FoundRows {
  readonly boxes: readonly number[];
  readonly scores: readonly number[];
  readonly classIds: readonly number[];
}

/** Adds every row that a scan found; `boxOf` gives its edges. */
export function addFound(list: Candidates, found: FoundRows, boxOf: (row: number) => Edges): void {
  for (let i = 0; i < found.boxes.length; i++) {
    const row = found.boxes[i]!;
    addCandidate(list, boxOf(row), found.scores[i]!, found.classIds[i]!, row);
  }
}

/** What NMS and the limit leave, best first. */
export function nmsDetections(list: Candidates, extend?: Extend): Detection[] {
  if (list.scores.length > MAX_NMS_CANDIDATES) keepStrongest(list);
  const { settings } = list.frame;
  return toDetections(list, nonMaximumSuppression(list.xyxy, list.scores, list.classIds, settings), extend);
}

/** The best `maxDetections` candidates, best first, for families that need no NMS. */
export function bestDetections(list: Candidates, extend?: Extend): Detection[] {
  const order = byFallingScore(list.scores).slice(0, list.frame.settings.maxDetections);
  return toDetections(list, order, extend);
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

/** The kept candidates as detections; `extend` adds masks, keypoints and the like, or drops one. */
export function toDetections(list: Candidates, kept: readonly number[], extend?: Extend): Detection[] {
  const detections: Detection[] = [];
  for (const index of kept) {
    const detection = toDetection(list, index);
    const extended = detection && extend ? extend(detection, index) : detection;
    if (extended) detections.push(extended);
  }
  return detections;
}

/** One candidate in source pixels, clipped to the frame; undefined when nothing of it lies there. */
function toDetection(list: Candidates, index: number): Detection | undefined {
  const { geometry, settings } = list.frame;
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

function clamp(value: number, limit: number): number {
  return Math.min(limit, Math.max(0, value));
}
