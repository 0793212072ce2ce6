import { addFound, edgesAround, nmsDetections, noCandidates, toDetections } from "../candidates.js";
import { defaultClassNames } from "../class-names.js";
import { cocoNames } from "../coco-names.js";
import type { DetectorLayout } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { batchSlice } from "../tensor-values.js";
import type { BoundLayout, LayoutDefinition } from "./layout-definition.js";
import { prototypesOf } from "./proto-mask.js";
import { hull, orientedBox, rotatedNms } from "./rotated-boxes.js";
import { rowTable, type ScoreTable, scanScores } from "./scan-scores.js";
import { addKeypoints, addMask, addOrientedBox, type ReadExtra, type Variant } from "./yolo-extras.js";
import {
  cellCounts,
  extraColumns,
  keypointShape,
  protoOutput,
  saysFinal,
  saysRtDetr,
  tableOutput,
  ultralyticsTask,
  yoloPicture,
} from "./yolo-shapes.js";

/** Channels of the COCO pose head without metadata: 4 box, 1 class, 17 x 3 keypoints. */
const COCO_POSE_CHANNELS = 56;

/**
 * The raw head of YOLOv8, YOLO11, YOLOv9 and YOLOv5u: `[batch, 4 + classes + extras, cells]` with
 * cx, cy, w, h in input pixels and class scores already through the sigmoid. Also read transposed,
 * `[batch, cells, 4 + classes + extras]`.
 */
function yolov8(layout: DetectorLayout, variant: Variant, expects: string): LayoutDefinition {
  return {
    layout,
    expects,
    ...yoloPicture,
    recognises: (view) => variantOf(view) === variant,
    bind: (view) => bind(view, variant),
  };
}

/** Which raw head the metadata or the shapes show, if any. */
function variantOf(view: ModelView): Variant | undefined {
  const table = tableOutput(view);
  if (!table || saysRtDetr(view)) return undefined;
  const [, rows, columns] = table.shape.map(fixed);
  const task = ultralyticsTask(view);
  if (task !== undefined) {
    if (task !== "segment" && task !== "pose" && task !== "obb" && task !== "detect") return undefined;
    if (saysFinal(view)) return undefined;
    const channels = 4 + (view.classNames?.length ?? 0) + extraColumns(view, task);
    return rows === undefined || rows === channels || columns === channels ? task : undefined;
  }
  const cells = cellCounts(view);
  if (isTransposed(view)) return "detect";
  if (rows === undefined || rows <= 4) return undefined;
  if (columns === undefined ? cells.length > 0 : !cells.includes(columns)) return undefined;
  const protos = protoOutput(view);
  if (protos && protos.shape[1] === 32 && rows > 36) return "segment";
  return rows === COCO_POSE_CHANNELS && !view.classNames ? "pose" : "detect";
}

/**
 * A row a cell, as other families have it: only where the columns are 4 more than the classes that the
 * metadata names, or than COCO's under Ultralytics' name for the output.
 */
function isTransposed(view: ModelView): boolean {
  const [table, ...others] = view.outputs;
  const [, rows, columns] = table?.shape.map(fixed) ?? [];
  if (others.length > 0 || rows === undefined || !cellCounts(view).includes(rows)) return false;
  const classes = view.classNames?.length ?? (table!.name === "output0" ? cocoNames.length : undefined);
  return classes !== undefined && columns === 4 + classes;
}

function bind(view: ModelView, variant: Variant): BoundLayout | undefined {
  const table = tableOutput(view);
  const protos = variant === "segment" ? protoOutput(view) : undefined;
  if (!table || (variant === "segment" && !protos)) return undefined;
  const points = keypointShape(view);
  const extra = extraColumns(view, variant);
  const [, rows, columns] = table.shape.map(fixed);
  const channels = channelCount(view, rows, columns, extra);
  if (channels === undefined || channels - 4 - extra < 1) return undefined;
  const classCount = channels - 4 - extra;
  // Where neither axis is fixed, a frame's dims tell which has the attributes.
  const axis = rows === channels ? 1 : columns === channels ? "last" : undefined;

  return {
    outputNames: protos ? [table.name, protos.name] : [table.name],
    defaultNames: defaultClassNames(classCount),
    ranges: axis === undefined ? [] : [scoreRange(table.name, { axis, from: 4, to: 4 + classCount })],
    decode: (request) => {
      const { outputs, batchIndex, settings } = request;
      const tensor = outputs[table.name]!;
      const values = batchSlice(tensor, batchIndex);
      const boxes = values.length / channels;
      const scores: ScoreTable =
        tensor.dims[1] === channels
          ? { values, boxes, boxStep: 1, attributeStep: boxes }
          : rowTable(values, channels);
      const read = (box: number, attribute: number) =>
        values[box * scores.boxStep + attribute * scores.attributeStep]!;
      const readExtra: ReadExtra = (box, index) => read(box, 4 + classCount + index);
      const found = scanScores(scores, 4, classCount, settings.confidence);
      const list = noCandidates(request, table.name);
      if (variant === "obb") {
        const boxOf = (row: number) => orientedBox((index) => read(row, index), readExtra(row, 0));
        addFound(list, found, (row) => hull(boxOf(row)));
        return toDetections(list, rotatedNms(list, boxOf), addOrientedBox(list, boxOf));
      }
      addFound(list, found, (row) => edgesAround(read(row, 0), read(row, 1), read(row, 2), read(row, 3)));
      if (variant === "pose") return nmsDetections(list, addKeypoints(list, readExtra, points));
      if (!protos) return nmsDetections(list);
      return nmsDetections(list, addMask(list, readExtra, prototypesOf(outputs[protos.name]!, batchIndex)));
    },
  };
}

/** Which of the two axes is the attributes: not the cells; else what the class names say; else the shorter. */
function channelCount(
  view: ModelView,
  rows: number | undefined,
  columns: number | undefined,
  extra: number,
): number | undefined {
  const cells = cellCounts(view);
  if (columns !== undefined && cells.includes(columns)) return rows;
  if (rows !== undefined && cells.includes(rows)) return columns;
  if (view.classNames) return 4 + view.classNames.length + extra;
  if (rows !== undefined && columns !== undefined) return Math.min(rows, columns);
  return rows ?? columns;
}

/** YOLOv8-like raw heads: boxes, masks, poses, rotated boxes. */
export const yolov8Layouts: readonly LayoutDefinition[] = [
  yolov8("yolov8", "detect", "one output [batch, 4 + classes, cells]"),
  yolov8("yolov8-seg", "segment", "outputs [batch, 4 + classes + 32, cells] and [batch, 32, height, width]"),
  yolov8("yolov8-pose", "pose", "one output [batch, 4 + classes + keypoints x 3, cells]"),
  yolov8("yolov8-obb", "obb", "one output [batch, 4 + classes + 1, cells]"),
];
