import { addCandidate, best, noCandidates, toDetections } from "../candidates.js";
import { batchSlice, floatValues } from "../tensor-values.js";
import { type LayoutDefinition, plain, shortestEdge } from "./layout-definition.js";

const BOXES = "detection_boxes";
const CLASSES = "detection_classes";
const SCORES = "detection_scores";
const COUNT = "num_detections";

/**
 * Detectors of TensorFlow's object detection API, converted: `detection_boxes` top, left, bottom, right from
 * 0 to 1, `detection_classes` from 1, `detection_scores`, and `num_detections` of them. They scale inside.
 */
export const ssdTf2: LayoutDefinition = {
  layout: "ssd-tf2",
  expects: `outputs ${BOXES} [batch, n, 4], ${CLASSES} [batch, n] and ${SCORES} [batch, n]`,
  preprocessing: { fit: "stretch", padValue: 0, channels: "RGB", scale: 1, ...plain },
  inputSize: (_view, source) => shortestEdge(source ?? { width: 640, height: 640 }, 640, 640),
  recognises: (view) => [BOXES, CLASSES, SCORES].every((name) => view.outputs.some((o) => o.name === name)),
  bind: (view) => {
    const names = new Set(view.outputs.map(({ name }) => name));
    if (![BOXES, CLASSES, SCORES].every((name) => names.has(name))) return undefined;
    return {
      outputNames: [BOXES, CLASSES, SCORES, ...(names.has(COUNT) ? [COUNT] : [])],
      defaultNames: [],
      decode: ({ outputs, geometry, settings, batchIndex }) => {
        const boxes = batchSlice(outputs[BOXES]!, batchIndex);
        const classes = batchSlice(outputs[CLASSES]!, batchIndex);
        const scores = batchSlice(outputs[SCORES]!, batchIndex);
        const count = outputs[COUNT] ? floatValues(outputs[COUNT])[batchIndex]! : scores.length;
        const { width, height } = geometry.input;
        const list = noCandidates();
        for (let row = 0; row < Math.min(count, scores.length); row++) {
          if (!(scores[row]! > settings.confidence)) continue;
          const [top, left, bottom, right] = boxes.subarray(row * 4, row * 4 + 4);
          const edges = [left! * width, top! * height, right! * width, bottom! * height] as const;
          addCandidate(list, settings, edges, scores[row]!, Math.round(classes[row]!) - 1, row);
        }
        return toDetections(list, best(list, settings), geometry, settings);
      },
    };
  },
};
