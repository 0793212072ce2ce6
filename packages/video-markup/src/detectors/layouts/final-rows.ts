import { addCandidate, bestDetections, type Edges, noCandidates } from "../candidates.js";
import type { TensorDescription } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { batchSlice } from "../tensor-values.js";
import type { BoundLayout, DecodeRequest } from "./layout-definition.js";

/** The model's only output, when it is a table `[batch, n, columns]`. */
export function onlyTable({ outputs }: ModelView, columns: number): TensorDescription | undefined {
  const [table, ...others] = outputs;
  return others.length === 0 && table?.shape.length === 3 && fixed(table.shape[2]) === columns
    ? table
    : undefined;
}

/** A row's detection beside its score. */
interface FinalRow {
  /** From 0. */
  readonly classId: number;
  readonly edges: Edges;
}

/**
 * Reads a table of detections that need no NMS, one a row.
 *
 * @param scoreColumn Which column has the score, from 0.
 * @param read The class from 0 and the edges in input pixels; undefined where the row is no detection.
 */
export function finalRows(
  table: TensorDescription,
  scoreColumn: number,
  read: (row: Float32Array, request: DecodeRequest) => FinalRow | undefined,
): BoundLayout {
  const columns = fixed(table.shape[2])!;
  return {
    outputNames: [table.name],
    defaultNames: [],
    ranges: [scoreRange(table.name, { axis: "last", from: scoreColumn, to: scoreColumn + 1 })],
    decode: (request) => {
      const values = batchSlice(request.outputs[table.name]!, request.batchIndex);
      const list = noCandidates(request, table.name);
      for (let at = 0, row = 0; at + columns <= values.length; at += columns, row++) {
        const score = values[at + scoreColumn]!;
        if (!(score > request.settings.confidence)) continue;
        const found = read(values.subarray(at, at + columns), request);
        if (found) addCandidate(list, found.edges, score, found.classId, row);
      }
      return bestDetections(list);
    },
  };
}
