import type { ModelView } from "../model-view.js";
import { finalRows, onlyTable } from "./final-rows.js";
import { imagenet, type LayoutDefinition, shortestEdge } from "./layout-definition.js";

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
    return (
      table &&
      finalRows(table, 5, ([, top, left, bottom, right, , classFrom1]) => ({
        classId: classFrom1! - 1,
        edges: [left!, top!, right!, bottom!],
      }))
    );
  },
};

function tableOf(view: ModelView) {
  return onlyTable(view, 7);
}
