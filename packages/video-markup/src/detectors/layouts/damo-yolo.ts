import { addFound, nmsDetections, noCandidates } from "../candidates.js";
import { defaultClassNames } from "../class-names.js";
import type { TensorDescription } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { batchSlice } from "../tensor-values.js";
import { type LayoutDefinition, plain, square } from "./layout-definition.js";
import { rowTable, scanScores } from "./scan-scores.js";
import { cellsOf, classesFit, STRIDES } from "./yolo-shapes.js";

/**
 * DAMO-YOLO as its own `tools/converter.py` writes it: scores `output` `[batch, cells, classes]` through the
 * sigmoid, and boxes, unnamed, `[batch, cells, 4]`: x1, y1, x2, y2 in input pixels. The picture is RGB 0 to 255
 * at the top left, the rest black. YOLO-NAS has the same two shapes, boxes first, and another picture.
 */
export const damoYolo: LayoutDefinition = {
  layout: "damo-yolo",
  expects: "outputs [batch, cells, classes] and [batch, cells, 4], cells = those of strides 8, 16 and 32",
  preprocessing: { fit: "letterbox-top-left", padValue: 0, channels: "RGB", scale: 1, ...plain },
  inputSize: square(640),
  recognises: (view) => {
    const found = tablesOf(view);
    return found?.counted === true && found.scores === view.outputs[0] && found.scores.name === "output";
  },
  mayBe: (view) => tablesOf(view)?.counted === true,
  bind: (view) => {
    const found = tablesOf(view);
    if (!found) return undefined;
    const { scores, boxes, classCount } = found;
    return {
      outputNames: [scores.name, boxes.name],
      defaultNames: defaultClassNames(classCount),
      ranges: [scoreRange(scores.name)],
      decode: (request) => {
        const { outputs, batchIndex, settings } = request;
        const table = rowTable(batchSlice(outputs[scores.name]!, batchIndex), classCount);
        const edges = batchSlice(outputs[boxes.name]!, batchIndex);
        const list = noCandidates(request, boxes.name, scores.name);
        addFound(list, scanScores(table, 0, classCount, settings.confidence), (row) => {
          const at = row * 4;
          return [edges[at]!, edges[at + 1]!, edges[at + 2]!, edges[at + 3]!];
        });
        return nmsDetections(list);
      },
    };
  },
};

interface Tables {
  readonly scores: TensorDescription;
  readonly boxes: TensorDescription;
  readonly classCount: number;
  /** Whether the rows were found to be as many as the cells. */
  readonly counted: boolean;
}

function tablesOf(view: ModelView): Tables | undefined {
  if (view.outputs.length !== 2 || !view.outputs.every(({ shape }) => shape.length === 3)) return undefined;
  const [first, second] = view.outputs as readonly [TensorDescription, TensorDescription];
  // With four classes both have four columns: then the scores come first, as the converter writes them.
  const [scores, boxes] = second.shape[2] === 4 ? [first, second] : [second, first];
  const classCount = fixed(scores.shape[2]);
  const cells = cellsOf(view, STRIDES);
  const rows = [fixed(scores.shape[1]), fixed(boxes.shape[1])];
  if (boxes.shape[2] !== 4 || classCount === undefined || !classesFit(view, classCount)) return undefined;
  if (cells !== undefined && rows.some((count) => count !== undefined && count !== cells)) return undefined;
  return {
    scores,
    boxes,
    classCount,
    counted: rows.every((count) => count !== undefined && count === cells),
  };
}
