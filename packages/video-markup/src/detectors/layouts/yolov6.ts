import { addFound, edgesAround, nmsDetections, noCandidates } from "../candidates.js";
import { defaultClassNames } from "../class-names.js";
import type { ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { batchSlice } from "../tensor-values.js";
import type { LayoutDefinition } from "./layout-definition.js";
import { rowTable, scanObjectness } from "./scan-scores.js";
import { type CellTable, cellTable, classesFit, STRIDES, STRIDES_TO_64, yoloPicture } from "./yolo-shapes.js";

/**
 * YOLOv6 as its own `deploy/ONNX/export_onnx.py` writes it: `outputs` `[batch, cells, 5 + classes]`, cx, cy, w, h
 * in input pixels, an objectness that is 1 since release 2, classes through the sigmoid. Three heads, or four
 * (P6). YOLOX has the same shape: the name tells them apart.
 */
export const yolov6: LayoutDefinition = {
  layout: "yolov6",
  expects: "one output [batch, cells, 5 + classes], cells = those of strides 8, 16, 32 (and 64)",
  ...yoloPicture,
  recognises: (view) => tableOf(view)?.counted === true && view.outputs[0]!.name === "outputs",
  mayBe: (view) => tableOf(view)?.counted === true,
  bind: (view) => {
    const table = tableOf(view);
    if (!table) return undefined;
    const { name, columns } = table;
    return {
      outputNames: [name],
      defaultNames: defaultClassNames(columns - 5),
      ranges: [scoreRange(name, { axis: "last", from: 4 })],
      decode: (request) => {
        const values = batchSlice(request.outputs[name]!, request.batchIndex);
        const list = noCandidates(request, name);
        const rows = rowTable(values, columns);
        const found = scanObjectness(rows, 4, 5, columns - 5, request.settings.confidence);
        addFound(list, found, (row) => {
          const at = row * columns;
          return edgesAround(values[at]!, values[at + 1]!, values[at + 2]!, values[at + 3]!);
        });
        return nmsDetections(list);
      },
    };
  },
};

function tableOf(view: ModelView): CellTable | undefined {
  const table = cellTable(view, STRIDES) ?? cellTable(view, STRIDES_TO_64);
  return table && classesFit(view, table.columns - 5) ? table : undefined;
}
