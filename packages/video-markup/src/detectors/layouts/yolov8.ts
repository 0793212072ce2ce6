import type { Detection, OrientedBox } from "../../detection.js";
import { addCandidate, type Candidates, noCandidates, suppress, toDetections } from "../candidates.js";
import { defaultClassNames } from "../class-names.js";
import type { DetectorLayout } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { batchSlice } from "../tensor-values.js";
import type { BoundLayout, DecodeRequest, LayoutDefinition } from "./layout-definition.js";
import { prototypesOf } from "./proto-mask.js";
import { hull, rotatedNms } from "./rotated-boxes.js";
import { type ScoreTable, scanScores } from "./scan-scores.js";
import { addKeypoints, addMask, addOrientedBox, type ReadExtra } from "./yolo-extras.js";
import {
  cellCounts,
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
    preprocessing: yoloPreprocessing,
    inputSize: yoloInputSize,
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
    const channels = 4 + (view.classNames?.length ?? 0) + extraChannels(view, task);
    return rows === undefined || rows === channels ? task : undefined;
  }
  if (rows === undefined || rows <= 4) return undefined;
  const cells = cellCounts(view);
  if (columns === undefined ? cells.length > 0 : !cells.includes(columns)) return undefined;
  const protos = protoOutput(view);
  if (protos && protos.shape[1] === 32 && rows > 36) return "segment";
  return rows === COCO_POSE_CHANNELS && !view.classNames ? "pose" : "detect";
}

function extraChannels(view: ModelView, variant: Variant): number {
  const points = keypointShape(view);
  if (variant === "segment") return fixed(protoOutput(view)?.shape[1]) ?? 32;
  return { detect: 0, obb: 1, pose: points[0] * points[1] }[variant];
}

function bind(view: ModelView, variant: Variant): BoundLayout | undefined {
  const table = tableOutput(view);
  const protos = variant === "segment" ? protoOutput(view) : undefined;
  if (!table || (variant === "segment" && !protos)) return undefined;
  const points = keypointShape(view);
  const extra = extraChannels(view, variant);
  const [, rows, columns] = table.shape.map(fixed);
  const channels = channelCount(view, rows, columns, extra);
  if (channels === undefined || channels - 4 - extra < 1) return undefined;
  const classCount = channels - 4 - extra;

  return {
    outputNames: protos ? [table.name, protos.name] : [table.name],
    defaultNames: defaultClassNames(classCount),
    decode: (request) => {
      const tensor = request.outputs[table.name]!;
      const values = batchSlice(tensor, request.batchIndex);
      const boxes = values.length / channels;
      const scores: ScoreTable =
        tensor.dims[1] === channels
          ? { values, boxes, boxStep: 1, attributeStep: boxes }
          : { values, boxes, boxStep: channels, attributeStep: 1 };
      const read = (box: number, attribute: number) =>
        values[box * scores.boxStep + attribute * scores.attributeStep]!;
      const readExtra: ReadExtra = (box, index) => read(box, 4 + classCount + index);
      const found = scanScores(scores, 4, classCount, request.settings.confidence);
      if (variant === "obb") return decodeRotated(request, found, read, readExtra);

      const list = noCandidates();
      for (let i = 0; i < found.boxes.length; i++) {
        const box = found.boxes[i]!;
        const halfWidth = read(box, 2) / 2;
        const halfHeight = read(box, 3) / 2;
        const x = read(box, 0);
        const y = read(box, 1);
        const edges = [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight] as const;
        addCandidate(list, request.settings, edges, found.scores[i]!, found.classIds[i]!, box);
      }
      const kept = suppress(list, request.settings);
      const extend = extender(request, list, readExtra, variant, protos?.name, points);
      return toDetections(list, kept, request.geometry, request.settings, extend);
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

function extender(
  { outputs, geometry, batchIndex }: DecodeRequest,
  list: Candidates,
  readExtra: ReadExtra,
  variant: Variant,
  protoName: string | undefined,
  points: readonly [number, number],
): ((detection: Detection, index: number) => Detection | undefined) | undefined {
  if (variant === "pose") return addKeypoints(list, readExtra, points, geometry);
  if (protoName === undefined) return undefined;
  return addMask(list, readExtra, prototypesOf(outputs[protoName]!, batchIndex), geometry);
}

function decodeRotated(
  { geometry, settings }: DecodeRequest,
  found: ReturnType<typeof scanScores>,
  read: (box: number, attribute: number) => number,
  readExtra: ReadExtra,
): Detection[] {
  const list = noCandidates();
  const rotated: OrientedBox[] = [];
  for (let i = 0; i < found.boxes.length; i++) {
    const row = found.boxes[i]!;
    const box: OrientedBox = {
      centerX: read(row, 0),
      centerY: read(row, 1),
      width: read(row, 2),
      height: read(row, 3),
      angle: readExtra(row, 0),
    };
    const before = list.rows.length;
    addCandidate(list, settings, hull(box), found.scores[i]!, found.classIds[i]!, row);
    if (list.rows.length > before) rotated.push(box);
  }
  const kept = rotatedNms(rotated, list.scores, list.classIds, settings.iou, settings.maxDetections);
  const extend = addOrientedBox((index) => rotated[index]!, geometry);
  return toDetections(list, kept, geometry, settings, extend);
}

/** YOLOv8-like raw heads: boxes, masks, poses, rotated boxes. */
export const yolov8Layouts: readonly LayoutDefinition[] = [
  yolov8("yolov8", "detect", "one output [batch, 4 + classes, cells]"),
  yolov8("yolov8-seg", "segment", "outputs [batch, 4 + classes + 32, cells] and [batch, 32, height, width]"),
  yolov8("yolov8-pose", "pose", "one output [batch, 4 + classes + keypoints x 3, cells]"),
  yolov8("yolov8-obb", "obb", "one output [batch, 4 + classes + 1, cells]"),
];
