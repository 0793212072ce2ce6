import { addCandidate, bestDetections, noCandidates } from "../candidates.js";
import type { TensorDescription } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { batchSlice } from "../tensor-values.js";
import { type LayoutDefinition, plain, square } from "./layout-definition.js";

/** Class, score, left, top, right, bottom. */
const COLUMNS = 6;

/**
 * SSD of MXNet's MultiBoxDetection, as SageMaker's built-in object detection trains it and `@sightline/mxnet`
 * converts it: `detection` `[batch, n, 6]`, class (-1 is no box), score, and edges from 0 to 1. Pixels go in as they
 * are, stretched; the net's first layer normalises. A table of six columns has other meanings too, so the file's
 * metadata must say it.
 */
export const mxnetSsd: LayoutDefinition = {
  layout: "mxnet-ssd",
  expects: "one output [batch, n, 6]: class or -1, score, left, top, right, bottom from 0 to 1",
  preprocessing: { fit: "stretch", padValue: 0, channels: "RGB", scale: 1, ...plain },
  inputSize: square(512),
  recognises: (view) => view.metadata.layout === "mxnet-ssd" && tableOf(view) !== undefined,
  bind: (view) => {
    const table = tableOf(view);
    if (!table) return undefined;
    return {
      outputNames: [table.name],
      defaultNames: [],
      ranges: [scoreRange(table.name, { axis: "last", from: 1, to: 2 })],
      decode: (request) => {
        const values = batchSlice(request.outputs[table.name]!, request.batchIndex);
        const { width, height } = request.geometry.input;
        const list = noCandidates(request, table.name);
        for (let at = 0, row = 0; at + COLUMNS <= values.length; at += COLUMNS, row++) {
          const [id, score, left, top, right, bottom] = values.subarray(at, at + COLUMNS);
          if (id! < 0 || !(score! > request.settings.confidence)) continue;
          const edges = [left! * width, top! * height, right! * width, bottom! * height] as const;
          addCandidate(list, edges, score!, id!, row);
        }
        return bestDetections(list);
      },
    };
  },
};

function tableOf(view: ModelView): TensorDescription | undefined {
  const [table, ...others] = view.outputs;
  return others.length === 0 && table?.shape.length === 3 && fixed(table.shape[2]) === COLUMNS
    ? table
    : undefined;
}
