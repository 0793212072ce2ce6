import type { Detection, OrientedBox } from "../../detection.js";
import { addCandidate, best, noCandidates, toDetections } from "../candidates.js";
import type { DetectorLayout } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { batchSlice } from "../tensor-values.js";
import type { BoundLayout, DecodeRequest, LayoutDefinition } from "./layout-definition.js";
import { prototypesOf } from "./proto-mask.js";
import { hull } from "./rotated-boxes.js";
import { addKeypoints, addMask, addOrientedBox, type ReadExtra } from "./yolo-extras.js";
import {
  isDetectionTable,
  keypointShape,
  protoOutput,
  saysFinal,
  saysRtDetr,
  tableOutput,
  ultralyticsTask,
  yoloInputSize,
  yoloPreprocessing,
} from "./yolo-shapes.js";

type Variant = "detect" | "segment" | "pose" | "obb";

/**
 * Detections that need no NMS: YOLOv10, YOLO26, and any Ultralytics export with `nms=True`.
 * `[batch, detections, 6 + extras]`: x1, y1, x2, y2 in input pixels, score, class, extras; rotated
 * boxes begin with cx, cy, w, h instead and end with the angle.
 */
function nmsFree(layout: DetectorLayout, variant: Variant, expects: string): LayoutDefinition {
  return {
    layout,
    expects,
    preprocessing: yoloPreprocessing,
    inputSize: yoloInputSize,
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

function extraColumns(view: ModelView, variant: Variant): number {
  const points = keypointShape(view);
  const coefficients = fixed(protoOutput(view)?.shape[1]) ?? 32;
  return { detect: 0, obb: 1, pose: points[0] * points[1], segment: coefficients }[variant];
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
    decode: (request) => decode(request, table.name, protos?.name, columns, variant, keypointShape(view)),
  };
}

function decode(
  { outputs, geometry, settings, batchIndex }: DecodeRequest,
  tableName: string,
  protoName: string | undefined,
  columns: number,
  variant: Variant,
  points: readonly [number, number],
): Detection[] {
  const values = batchSlice(outputs[tableName]!, batchIndex);
  const readExtra: ReadExtra = (row, index) => values[row * columns + 6 + index]!;
  const list = noCandidates();
  const rotated = new Map<number, OrientedBox>();
  for (let row = 0, at = 0; at + columns <= values.length; row++, at += columns) {
    const score = values[at + 4]!;
    if (!(score > settings.confidence)) continue;
    const classId = Math.round(values[at + 5]!);
    let edges = [values[at]!, values[at + 1]!, values[at + 2]!, values[at + 3]!] as const;
    if (variant === "obb") {
      const [centerX, centerY, width, height] = edges;
      const box = { centerX, centerY, width, height, angle: readExtra(row, 0) };
      rotated.set(row, box);
      edges = hull(box);
    }
    addCandidate(list, settings, edges, score, classId, row);
  }
  const extend = () => {
    if (variant === "pose") return addKeypoints(list, readExtra, points, geometry);
    if (protoName !== undefined) {
      return addMask(list, readExtra, prototypesOf(outputs[protoName]!, batchIndex), geometry);
    }
    if (variant !== "obb") return undefined;
    return addOrientedBox((index) => rotated.get(list.rows[index]!)!, geometry);
  };
  return toDetections(list, best(list, settings), geometry, settings, extend());
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
