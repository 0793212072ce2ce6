import { addCandidate, noCandidates, suppress, toDetections } from "../candidates.js";
import { defaultClassNames } from "../class-names.js";
import { fixed, type ModelView } from "../model-view.js";
import { batchSlice } from "../tensor-values.js";
import { gridPositions } from "./grid.js";
import { type LayoutDefinition, plain } from "./layout-definition.js";
import { cellCounts, stridesFor, tableOutput } from "./yolo-shapes.js";

/**
 * YOLOX as its own `export_onnx.py` writes it: `[batch, cells, 5 + classes]`, boxes relative to the grid
 * (x, y offsets in cells, log sizes), objectness and classes already through the sigmoid. The picture is
 * BGR 0 to 255, letterboxed with 114 at the top left.
 */
export const yolox: LayoutDefinition = {
  layout: "yolox",
  expects: "one output [batch, cells, 5 + classes], cells = those of strides 8, 16 and 32",
  preprocessing: { fit: "letterbox-top-left", padValue: 114, channels: "BGR", scale: 1, ...plain },
  inputSize: () => ({ width: 640, height: 640 }),
  recognises: (view) => {
    const [, rows, columns] = tableOutput(view)?.shape.map(fixed) ?? [];
    return rows !== undefined && columns !== undefined && columns > 5 && cellCounts(view).includes(rows);
  },
  bind: (view) => bind(view),
};

function bind(view: ModelView): ReturnType<LayoutDefinition["bind"]> {
  const table = tableOutput(view);
  const columns = fixed(table?.shape[2]);
  if (!table || columns === undefined || columns <= 5) return undefined;
  return {
    outputNames: [table.name],
    defaultNames: defaultClassNames(columns - 5),
    decode: ({ outputs, geometry, settings, batchIndex }) => {
      const values = batchSlice(outputs[table.name]!, batchIndex);
      const { width, height } = geometry.input;
      const cells = values.length / columns;
      const strides = stridesFor(width, height, cells);
      if (!strides) {
        throw new RangeError(
          `YOLOX answered ${cells} cells, which is no set of grids of an input of ${width}x${height}.`,
        );
      }
      const grid = gridPositions(width, height, strides);
      const list = noCandidates();
      for (let cell = 0, at = 0; cell < cells; cell++, at += columns) {
        const objectness = values[at + 4]!;
        // No class can lift a box over the threshold that its objectness misses.
        if (objectness <= settings.confidence) continue;
        let classId = 0;
        let classScore = 0;
        for (let c = 5; c < columns; c++) {
          if (values[at + c]! <= classScore) continue;
          classScore = values[at + c]!;
          classId = c - 5;
        }
        const score = objectness * classScore;
        if (score <= settings.confidence) continue;
        const stride = grid.stride[cell]!;
        const x = (values[at]! + grid.column[cell]!) * stride;
        const y = (values[at + 1]! + grid.row[cell]!) * stride;
        const halfWidth = (Math.exp(values[at + 2]!) * stride) / 2;
        const halfHeight = (Math.exp(values[at + 3]!) * stride) / 2;
        const edges = [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight] as const;
        addCandidate(list, settings, edges, score, classId, cell);
      }
      return toDetections(list, suppress(list, settings), geometry, settings);
    },
  };
}
