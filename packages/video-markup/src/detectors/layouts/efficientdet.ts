import { addCandidate, bestDetections, noCandidates } from "../candidates.js";
import type { TensorDescription } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { batchSlice } from "../tensor-values.js";
import { imagenet, type LayoutDefinition, shortestEdge } from "./layout-definition.js";

/** Picture number, top, left, bottom, right, score, class. */
const COLUMNS = 7;

/**
 * EfficientDet of google/automl, converted: `detections` `[batch, n, 7]`: picture number, top, left, bottom,
 * right in pixels of the picture that goes in, score, class from 1 (`det_post_process` in inference.py). A uint8
 * input is the picture itself; a float one is normalised as ImageNet's and lies at the top left.
 */
export const efficientdet: LayoutDefinition = {
  layout: "efficientdet",
  expects: "one output [batch, n, 7]: picture, top, left, bottom, right, score, class",
  // Near the mean, which is 0 after it is subtracted: what automl pads with.
  preprocessing: { fit: "letterbox-top-left", padValue: 114, channels: "RGB", scale: 1 / 255, ...imagenet },
  inputSize: (_view, source) => shortestEdge(source ?? { width: 640, height: 640 }, 640, 640),
  recognises: (view) => {
    const table = tableOf(view);
    return table !== undefined && (view.pictureLayout === "NHWC" || /^detections(:0)?$/.test(table.name));
  },
  bind: (view) => {
    const table = tableOf(view);
    if (!table) return undefined;
    return {
      outputNames: [table.name],
      defaultNames: [],
      ranges: [scoreRange(table.name, { axis: "last", from: 5, to: 6 })],
      decode: (request) => {
        const values = batchSlice(request.outputs[table.name]!, request.batchIndex);
        const list = noCandidates(request, table.name);
        for (let at = 0, row = 0; at + COLUMNS <= values.length; at += COLUMNS, row++) {
          const [, top, left, bottom, right, score, classFrom1] = values.subarray(at, at + COLUMNS);
          if (!(score! > request.settings.confidence)) continue;
          addCandidate(list, [left!, top!, right!, bottom!], score!, classFrom1! - 1, row);
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
