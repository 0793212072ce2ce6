import { addFound, edgesAround, nmsDetections, noCandidates } from "../candidates.js";
import { defaultClassNames } from "../class-names.js";
import type { ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { batchSlice } from "../tensor-values.js";
import { gridPositions } from "./grid.js";
import { type BoundLayout, type LayoutDefinition, plain, square } from "./layout-definition.js";
import { rowTable, scanObjectness } from "./scan-scores.js";
import { type CellTable, cellTable, classesFit, gridCells, STRIDES } from "./yolo-shapes.js";

/** Logarithm of a size in cells that no head answers: e^20 cells. Sizes in pixels pass it. */
const MOST_LOGARITHM = 20;

/**
 * YOLOX as its own `export_onnx.py` writes it: `output` `[batch, cells, 5 + classes]`, boxes relative to the
 * grid (x, y offsets in cells, log sizes), objectness and classes already through the sigmoid. The picture is
 * BGR 0 to 255, letterboxed with 114 at the top left. YOLOv6 has the same shape: the name tells them apart.
 */
export const yolox: LayoutDefinition = {
  layout: "yolox",
  expects: "one output [batch, cells, 5 + classes], cells = those of strides 8, 16 and 32",
  preprocessing: { fit: "letterbox-top-left", padValue: 114, channels: "BGR", scale: 1, ...plain },
  inputSize: square(640),
  recognises: (view) => tableOf(view)?.counted === true && view.outputs[0]!.name === "output",
  mayBe: (view) => tableOf(view)?.counted === true,
  bind: (view) => {
    const table = tableOf(view);
    return table && bind(table);
  },
};

function tableOf(view: ModelView): CellTable | undefined {
  const table = cellTable(view, STRIDES);
  return table && classesFit(view, table.columns - 5) ? table : undefined;
}

function bind({ name, columns }: CellTable): BoundLayout {
  return {
    outputNames: [name],
    defaultNames: defaultClassNames(columns - 5),
    ranges: [
      scoreRange(name, { axis: "last", from: 4 }),
      {
        output: name,
        what: "logarithms of sizes",
        axis: "last",
        from: 2,
        to: 4,
        least: -MOST_LOGARITHM,
        most: MOST_LOGARITHM,
      },
    ],
    decode: (request) => {
      const values = batchSlice(request.outputs[name]!, request.batchIndex);
      const { width, height } = request.geometry.input;
      const table = rowTable(values, columns);
      if (table.boxes !== gridCells(width, height, STRIDES)) {
        throw request.refuse(name, `${table.boxes} cells, no set of grids of ${width}x${height} pixels`);
      }
      const grid = gridPositions(width, height, STRIDES);
      const list = noCandidates(request, name);
      const found = scanObjectness(table, 4, 5, columns - 5, request.settings.confidence);
      addFound(list, found, (cell) => {
        const at = cell * columns;
        const stride = grid.stride[cell]!;
        return edgesAround(
          (values[at]! + grid.column[cell]!) * stride,
          (values[at + 1]! + grid.row[cell]!) * stride,
          Math.exp(values[at + 2]!) * stride,
          Math.exp(values[at + 3]!) * stride,
        );
      });
      return nmsDetections(list);
    },
  };
}
