import { addCandidate, bestDetections, type Edges, noCandidates } from "../candidates.js";
import type { DetectorLayout } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { batchSlice } from "../tensor-values.js";
import type { BoundLayout, LayoutDefinition } from "./layout-definition.js";
import { prototypesOf } from "./proto-mask.js";
import { hull, orientedBox } from "./rotated-boxes.js";
import { addKeypoints, addMask, addOrientedBox, type ReadExtra, type Variant } from "./yolo-extras.js";
import {
  extraColumns,
  isDetectionTable,
  keypointShape,
  protoOutput,
  saysFinal,
  saysRtDetr,
  tableOutput,
  ultralyticsTask,
  yoloPicture,
} from "./yolo-shapes.js";

/**
 * Detections that need no NMS: YOLOv10, YOLO26, and any Ultralytics export with `nms=True`.
 * `[batch, detections, 6 + extras]`: x1, y1, x2, y2 in input pixels, score, class, extras; rotated
 * boxes begin with cx, cy, w, h instead and end with the angle.
 */
function nmsFree(layout: DetectorLayout, variant: Variant, expects: string): LayoutDefinition {
  return {
    layout,
    expects,
    ...yoloPicture,
    recognises: (view) => {
      if (saysRtDetr(view) || (ultralyticsTask(view) ?? variantByShape(view)) !== variant) return false;
      return saysFinal(view) || isDetectionTable(view, extraColumns(view, variant));
    },
    bind: (view) => bind(view, variant),
  };
}

function variantByShape(view: ModelView): Variant | undefined {
  const columns = fixed(tableOutput(view)?.shape[2]);
  if (columns === undefined) return undefined;
  if (columns === 38 && protoOutput(view)) return "segment";
  // Other families have tables of as many columns beside others.
  if (view.outputs.length > 1) return undefined;
  return ({ 6: "detect", 7: "obb", 57: "pose" } as const)[columns as 6];
}

function bind(view: ModelView, variant: Variant): BoundLayout | undefined {
  const table = tableOutput(view);
  const protos = variant === "segment" ? protoOutput(view) : undefined;
  const columns = 6 + extraColumns(view, variant);
  if (!table || (variant === "segment" && !protos)) return undefined;
  if ((fixed(table.shape[2]) ?? columns) !== columns) return undefined;
  return {
    outputNames: protos ? [table.name, protos.name] : [table.name],
    defaultNames: [],
    ranges: [scoreRange(table.name, { axis: "last", from: 4, to: 5 })],
    decode: (request) => {
      const { outputs, batchIndex, settings } = request;
      const values = batchSlice(outputs[table.name]!, batchIndex);
      const readExtra: ReadExtra = (row, index) => values[row * columns + 6 + index]!;
      const boxOf = (row: number) =>
        orientedBox((index) => values[row * columns + index]!, readExtra(row, 0));
      const list = noCandidates(request, table.name);
      for (let row = 0, at = 0; at + columns <= values.length; row++, at += columns) {
        const score = values[at + 4]!;
        if (!(score > settings.confidence)) continue;
        const edges: Edges =
          variant === "obb"
            ? hull(boxOf(row))
            : [values[at]!, values[at + 1]!, values[at + 2]!, values[at + 3]!];
        addCandidate(list, edges, score, values[at + 5]!, row);
      }
      if (variant === "obb") return bestDetections(list, addOrientedBox(list, boxOf));
      if (variant === "pose") return bestDetections(list, addKeypoints(list, readExtra, keypointShape(view)));
      if (!protos) return bestDetections(list);
      return bestDetections(list, addMask(list, readExtra, prototypesOf(outputs[protos.name]!, batchIndex)));
    },
  };
}

/** YOLO exports whose detections are final. */
export const yoloNmsFreeLayouts: readonly LayoutDefinition[] = [
  nmsFree("yolo-nms-free", "detect", "one output [batch, detections, 6]"),
  nmsFree(
    "yolo-nms-free-seg",
    "segment",
    "outputs [batch, detections, 38] and mask prototypes [batch, 32, height, width]",
  ),
  nmsFree("yolo-nms-free-pose", "pose", "one output [batch, detections, 6 + keypoints x 3]"),
  nmsFree("yolo-nms-free-obb", "obb", "one output [batch, detections, 7]"),
];
