import type { TensorDescription } from "../detector.js";
import type { ModelView } from "../model-view.js";
import { finalLists, type ListOutputs } from "./final-lists.js";
import type { LayoutDefinition } from "./layout-definition.js";
import { yoloPicture } from "./yolo-shapes.js";

/** What exporters call the four outputs, and how many axes each has. */
const NAMES = {
  count: { names: ["num_dets", "num_detections", "num"], axes: [1, 2] },
  boxes: { names: ["det_boxes", "bboxes", "boxes", "nmsed_boxes"], axes: [3] },
  scores: { names: ["det_scores", "scores", "nmsed_scores"], axes: [2] },
  classes: { names: ["det_classes", "classes", "labels", "nmsed_classes"], axes: [2] },
} as const;

/**
 * Graphs that end in NMS (TensorRT's EfficientNMS and its like: `--end2end` of YOLOv6, YOLOv7 and YOLO-NAS):
 * `num_dets` `[batch, 1]`, `det_boxes` `[batch, n, 4]` x1, y1, x2, y2 in input pixels, `det_scores` and
 * `det_classes` `[batch, n]`. Nothing tells whose picture it takes: it is prepared as YOLO's, and a module with
 * an `input` says what is otherwise.
 */
export const numDets: LayoutDefinition = {
  layout: "num-dets",
  expects: "outputs num_dets [batch, 1], det_boxes [batch, n, 4], det_scores and det_classes [batch, n]",
  ...yoloPicture,
  recognises: (view) => listsOf(view) !== undefined,
  bind: (view) => {
    const lists = listsOf(view);
    return lists && finalLists(lists, ([x1, y1, x2, y2]) => [x1!, y1!, x2!, y2!], 0);
  },
};

function listsOf(view: ModelView): Required<ListOutputs> | undefined {
  const pick = (part: keyof typeof NAMES) => view.outputs.find((output) => fits(output, part))?.name;
  const [count, boxes, scores, classes] = [pick("count"), pick("boxes"), pick("scores"), pick("classes")];
  return count && boxes && scores && classes ? { count, boxes, scores, classes } : undefined;
}

function fits({ name, shape }: TensorDescription, part: keyof typeof NAMES): boolean {
  const known: { readonly names: readonly string[]; readonly axes: readonly number[] } = NAMES[part];
  return known.names.includes(name) && known.axes.includes(shape.length);
}
