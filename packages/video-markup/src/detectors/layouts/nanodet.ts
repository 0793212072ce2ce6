import { addFound, nmsDetections, noCandidates } from "../candidates.js";
import { defaultClassNames } from "../class-names.js";
import type { TensorDescription } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { batchSlice } from "../tensor-values.js";
import { boxFromDistributions } from "./edge-distances.js";
import { gridPositions } from "./grid.js";
import { type LayoutDefinition, square } from "./layout-definition.js";
import { rowTable, scanScores } from "./scan-scores.js";
import { type CellTable, cellTable, classesFit, STRIDES_TO_64 } from "./yolo-shapes.js";

/** ImageNet's mean and standard deviation for BGR from 0 to 255. */
const imagenetBytes = { mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395] } as const;

/** Both NanoDets; the aspect is not kept. */
const preprocessing = { fit: "stretch", padValue: 0, channels: "BGR", scale: 1, ...imagenetBytes } as const;

/** The two outputs of one stride. */
interface Level {
  readonly stride: number;
  readonly scores: TensorDescription;
  readonly distances: TensorDescription;
}

/**
 * NanoDet: for each stride `cls_pred_stride_S` `[batch, cells, classes]`, sigmoid done, and
 * `dis_pred_stride_S` `[batch, cells, 4 x bins]`, the distances from the cell's centre to the four edges as
 * distributions over 0 to bins - 1 strides (generalised focal loss).
 */
export const nanodet: LayoutDefinition = {
  layout: "nanodet",
  expects: "outputs cls_pred_stride_S [batch, cells, classes] and dis_pred_stride_S [batch, cells, 4 x bins]",
  preprocessing,
  inputSize: square(320),
  recognises: (view) => levelsOf(view).length > 0,
  bind: (view) => {
    const levels = levelsOf(view);
    const classCount = fixed(levels[0]?.scores.shape[2]);
    const bins = (fixed(levels[0]?.distances.shape[2]) ?? 0) / 4;
    if (classCount === undefined || bins < 2 || !Number.isInteger(bins)) return undefined;
    return {
      outputNames: levels.flatMap(({ scores, distances }) => [scores.name, distances.name]),
      defaultNames: defaultClassNames(classCount),
      ranges: levels.map(({ scores }) => scoreRange(scores.name)),
      decode: (request) => {
        const list = noCandidates(request, levels[0]!.distances.name, levels[0]!.scores.name);
        const { outputs, batchIndex, settings, geometry } = request;
        for (const { stride, scores, distances } of levels) {
          const table = rowTable(batchSlice(outputs[scores.name]!, batchIndex), classCount);
          const logits = batchSlice(outputs[distances.name]!, batchIndex);
          const columns = Math.ceil(geometry.input.width / stride);
          // The same list, under the names of this level.
          const level = { ...list, outputs: { boxes: distances.name, scores: scores.name } };
          addFound(level, scanScores(table, 0, classCount, settings.confidence), (cell) => {
            const x = ((cell % columns) + 0.5) * stride;
            const y = (Math.floor(cell / columns) + 0.5) * stride;
            return boxFromDistributions(logits, cell * 4 * bins, bins, x, y, stride);
          });
        }
        return nmsDetections(list);
      },
    };
  },
};

function levelsOf(view: ModelView): Level[] {
  return view.outputs.flatMap((scores): Level[] => {
    const stride = /^cls_pred_stride_(\d+)$/.exec(scores.name)?.[1];
    const distances = view.outputs.find(({ name }) => name === `dis_pred_stride_${stride}`);
    return stride !== undefined && distances ? [{ stride: Number(stride), scores, distances }] : [];
  });
}

/** Bins of an edge's distribution in every published NanoDet-Plus (`reg_max` 7). */
const BINS = 8;

/**
 * NanoDet-Plus as its own `export_onnx.py` writes it: `output` `[batch, cells, classes + 4 x 8]` over strides
 * 8 to 64, class scores through the sigmoid, then the distributions of the four distances. Unlike NanoDet's,
 * they count from the cell's top left corner (`get_single_level_center_priors` in nanodet_plus_head.py).
 */
export const nanodetPlus: LayoutDefinition = {
  layout: "nanodet-plus",
  expects: "one output [batch, cells, classes + 32], cells = those of strides 8, 16, 32 and 64",
  preprocessing,
  inputSize: square(416),
  recognises: (view) => plusTable(view)?.counted === true && view.outputs[0]!.name === "output",
  mayBe: (view) => plusTable(view)?.counted === true,
  bind: (view) => {
    const table = plusTable(view);
    if (!table) return undefined;
    const { name, columns } = table;
    const classCount = columns - 4 * BINS;
    return {
      outputNames: [name],
      defaultNames: defaultClassNames(classCount),
      ranges: [scoreRange(name, { axis: "last", to: classCount })],
      decode: (request) => {
        const values = batchSlice(request.outputs[name]!, request.batchIndex);
        const { width, height } = request.geometry.input;
        const grid = gridPositions(width, height, STRIDES_TO_64);
        const rows = rowTable(values, columns);
        if (rows.boxes !== grid.stride.length) {
          throw request.refuse(name, `${rows.boxes} cells, no set of grids of ${width}x${height} pixels`);
        }
        const list = noCandidates(request, name);
        addFound(list, scanScores(rows, 0, classCount, request.settings.confidence), (cell) => {
          const stride = grid.stride[cell]!;
          const [x, y] = [grid.column[cell]! * stride, grid.row[cell]! * stride];
          return boxFromDistributions(values, cell * columns + classCount, BINS, x, y, stride);
        });
        return nmsDetections(list);
      },
    };
  },
};

function plusTable(view: ModelView): CellTable | undefined {
  const table = cellTable(view, STRIDES_TO_64);
  return table && classesFit(view, table.columns - 4 * BINS) ? table : undefined;
}
