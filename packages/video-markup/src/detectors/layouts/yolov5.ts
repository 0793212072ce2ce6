import { addFound, edgesAround, nmsDetections, noCandidates } from "../candidates.js";
import { defaultClassNames } from "../class-names.js";
import type { DetectorLayout } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { batchSlice } from "../tensor-values.js";
import type { BoundLayout, LayoutDefinition } from "./layout-definition.js";
import { prototypesOf } from "./proto-mask.js";
import { rowTable, scanObjectness } from "./scan-scores.js";
import { addMask } from "./yolo-extras.js";
import { cellCounts, protoOutput, tableOutput, ultralyticsTask, yoloPicture } from "./yolo-shapes.js";

/** Anchors of each grid cell in YOLOv5 and YOLOv7. */
const ANCHORS = 3;

/**
 * YOLOv5 and YOLOv7 as their own `export.py` writes them: `[batch, cells x 3 anchors, 5 + classes + masks]`,
 * cx, cy, w, h in input pixels, objectness and classes already through the sigmoid.
 */
function yolov5(layout: DetectorLayout, masks: boolean, expects: string): LayoutDefinition {
  return {
    layout,
    expects,
    ...yoloPicture,
    recognises: (view) => {
      const [, rows, columns] = tableOutput(view)?.shape.map(fixed) ?? [];
      if (ultralyticsTask(view) !== undefined || columns === undefined || columns <= 5) return false;
      if ((protoOutput(view) !== undefined) !== masks) return false;
      const cells = cellCounts(view);
      if (cells.length > 0 && rows !== undefined) return cells.some((n) => rows === n * ANCHORS);
      // Free sides: the metadata's class names must account for the columns.
      const classes = view.classNames?.length;
      return classes !== undefined && columns === 5 + classes + coefficients(view, masks);
    },
    bind: (view) => bind(view, masks),
  };
}

function coefficients(view: ModelView, masks: boolean): number {
  return masks ? (fixed(protoOutput(view)?.shape[1]) ?? 32) : 0;
}

function bind(view: ModelView, masks: boolean): BoundLayout | undefined {
  const table = tableOutput(view);
  const protos = masks ? protoOutput(view) : undefined;
  const columns = fixed(table?.shape[2]);
  if (!table || columns === undefined || (masks && !protos)) return undefined;
  const classCount = columns - 5 - coefficients(view, masks);
  if (classCount < 1) return undefined;
  return {
    outputNames: protos ? [table.name, protos.name] : [table.name],
    defaultNames: defaultClassNames(classCount),
    ranges: [scoreRange(table.name, { axis: "last", from: 4, to: 5 + classCount })],
    decode: (request) => {
      const values = batchSlice(request.outputs[table.name]!, request.batchIndex);
      const list = noCandidates(request, table.name);
      const found = scanObjectness(rowTable(values, columns), 4, 5, classCount, request.settings.confidence);
      addFound(list, found, (row) => {
        const at = row * columns;
        return edgesAround(values[at]!, values[at + 1]!, values[at + 2]!, values[at + 3]!);
      });
      if (!protos) return nmsDetections(list);
      const prototypes = prototypesOf(request.outputs[protos.name]!, request.batchIndex);
      const coefficient = (row: number, index: number) => values[row * columns + 5 + classCount + index]!;
      return nmsDetections(list, addMask(list, coefficient, prototypes));
    },
  };
}

/** YOLOv5's own exports, with and without masks. */
export const yolov5Layouts: readonly LayoutDefinition[] = [
  yolov5("yolov5", false, "one output [batch, cells x 3, 5 + classes]"),
  yolov5("yolov5-seg", true, "outputs [batch, cells x 3, 5 + classes + 32] and [batch, 32, height, width]"),
];
