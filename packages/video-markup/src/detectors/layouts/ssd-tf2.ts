import { finalLists } from "./final-lists.js";
import { type LayoutDefinition, plain, shortestEdge } from "./layout-definition.js";

const NAMES = { boxes: "detection_boxes", classes: "detection_classes", scores: "detection_scores" } as const;
const COUNT = "num_detections";

/**
 * Detectors of TensorFlow's object detection API, converted: `detection_boxes` top, left, bottom, right from
 * 0 to 1, `detection_classes` from 1, `detection_scores`, and `num_detections` of them. They scale inside.
 */
export const ssdTf2: LayoutDefinition = {
  layout: "ssd-tf2",
  expects: "outputs detection_boxes [batch, n, 4], detection_classes [batch, n], detection_scores [batch, n]",
  preprocessing: { fit: "stretch", padValue: 0, channels: "RGB", scale: 1, ...plain },
  inputSize: (_view, source) => shortestEdge(source ?? { width: 640, height: 640 }, 640, 640),
  recognises: (view) => Object.values(NAMES).every((name) => view.outputs.some((o) => o.name === name)),
  bind: (view) => {
    const names = new Set(view.outputs.map(({ name }) => name));
    if (!Object.values(NAMES).every((name) => names.has(name))) return undefined;
    const outputs = { ...NAMES, ...(names.has(COUNT) ? { count: COUNT } : {}) };
    return finalLists(
      outputs,
      ([top, left, bottom, right], { geometry: { input } }) => [
        left! * input.width,
        top! * input.height,
        right! * input.width,
        bottom! * input.height,
      ],
      1,
    );
  },
};
