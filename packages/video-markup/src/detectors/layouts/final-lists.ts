import { addCandidate, bestDetections, type Edges, noCandidates } from "../candidates.js";
import { batchSlice, floatValues } from "../tensor-values.js";
import type { BoundLayout, DecodeRequest } from "./layout-definition.js";

/** Outputs of a model that ends in lists of detections: `[batch, n, 4]` boxes, `[batch, n]` the others. */
export interface ListOutputs {
  readonly boxes: string;
  readonly scores: string;
  readonly classes: string;
  /** How many rows count, one number a frame. Default: all. */
  readonly count?: string;
}

/**
 * Reads lists that need no NMS.
 *
 * @param edgesOf The edges in input pixels from the four numbers of a box.
 * @param firstClass Class id of the first class, which becomes 0.
 */
export function finalLists(
  outputs: ListOutputs,
  edgesOf: (box: Float32Array, request: DecodeRequest) => Edges,
  firstClass: number,
): BoundLayout {
  return {
    outputNames: Object.values(outputs),
    defaultNames: [],
    decode: (request) => {
      const slice = (name: string) => batchSlice(request.outputs[name]!, request.batchIndex);
      const [boxes, scores, classes] = [slice(outputs.boxes), slice(outputs.scores), slice(outputs.classes)];
      const counted = outputs.count && floatValues(request.outputs[outputs.count]!)[request.batchIndex];
      const list = noCandidates(request, outputs.boxes, outputs.scores);
      const rows = Math.min(typeof counted === "number" ? counted : scores.length, scores.length);
      for (let row = 0; row < rows; row++) {
        const score = scores[row]!;
        if (!(score > request.settings.confidence)) continue;
        const edges = edgesOf(boxes.subarray(row * 4, row * 4 + 4), request);
        addCandidate(list, edges, score, classes[row]! - firstClass, row);
      }
      return bestDetections(list);
    },
  };
}
