import type { Detection } from "../../detection.js";
import { addCandidate, bestDetections, type Candidates, edgesAround } from "../candidates.js";

/** Boxes of a transformer's queries as cx, cy, w, h from 0 to 1 of the input. */
export interface QueryBoxes {
  readonly values: Float32Array;
  /** Elements from one query's box to the next. */
  readonly step: number;
}

/** One query's class and score. */
export interface QueryScore {
  readonly query: number;
  readonly classId: number;
  readonly score: number;
}

/** Queries over the threshold as detections: no NMS, for each query answers for one object. */
export function queryDetections(
  list: Candidates,
  boxes: QueryBoxes,
  scores: readonly QueryScore[],
): Detection[] {
  const { settings, geometry } = list.frame;
  const { width, height } = geometry.input;
  for (const { query, classId, score } of scores) {
    if (!(score > settings.confidence)) continue;
    const at = query * boxes.step;
    const [x, y, w, h] = boxes.values.subarray(at, at + 4);
    addCandidate(list, edgesAround(x! * width, y! * height, w! * width, h! * height), score, classId, query);
  }
  return bestDetections(list);
}

/**
 * Every class of every query over the threshold, sigmoid taken, as the focal-loss families score: the best
 * `limit` of all, so that one query may answer with two classes (DETR derivatives' `PostProcess`).
 */
export function sigmoidScores(
  logits: Float32Array,
  classCount: number,
  threshold: number,
  limit: number,
): QueryScore[] {
  const found: QueryScore[] = [];
  for (let at = 0; at < logits.length; at++) {
    const score = 1 / (1 + Math.exp(-logits[at]!));
    if (score > threshold)
      found.push({ query: Math.floor(at / classCount), classId: at % classCount, score });
  }
  return found.sort((a, b) => b.score - a.score).slice(0, limit);
}

/** The best class of every query by softmax, the last class meaning "nothing" (DETR). */
export function softmaxScores(logits: Float32Array, classCount: number): QueryScore[] {
  const found: QueryScore[] = [];
  for (let query = 0, at = 0; at + classCount <= logits.length; query++, at += classCount) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classCount; c++) highest = Math.max(highest, logits[at + c]!);
    let sum = 0;
    let classId = 0;
    for (let c = 0; c < classCount; c++) {
      sum += Math.exp(logits[at + c]! - highest);
      if (c < classCount - 1 && logits[at + c]! > logits[at + classId]!) classId = c;
    }
    found.push({ query, classId, score: Math.exp(logits[at + classId]! - highest) / sum });
  }
  return found;
}
