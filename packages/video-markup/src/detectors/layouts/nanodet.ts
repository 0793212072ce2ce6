import { addCandidate, noCandidates, suppress, toDetections } from "../candidates.js";
import { defaultClassNames } from "../class-names.js";
import type { TensorDescription } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { batchSlice } from "../tensor-values.js";
import { type LayoutDefinition, square } from "./layout-definition.js";

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
  preprocessing: {
    fit: "stretch",
    padValue: 0,
    channels: "BGR",
    scale: 1,
    mean: [103.53, 116.28, 123.675],
    std: [57.375, 57.12, 58.395],
  },
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
      decode: ({ outputs, geometry, settings, batchIndex }) => {
        const list = noCandidates();
        for (const { stride, scores, distances } of levels) {
          const scoreValues = batchSlice(outputs[scores.name]!, batchIndex);
          const distanceValues = batchSlice(outputs[distances.name]!, batchIndex);
          const columns = Math.ceil(geometry.input.width / stride);
          for (let cell = 0, at = 0; at < scoreValues.length; cell++, at += classCount) {
            let classId = 0;
            let score = 0;
            for (let c = 0; c < classCount; c++) {
              if (scoreValues[at + c]! <= score) continue;
              score = scoreValues[at + c]!;
              classId = c;
            }
            if (score <= settings.confidence) continue;
            const x = ((cell % columns) + 0.5) * stride;
            const y = (Math.floor(cell / columns) + 0.5) * stride;
            const distance = (edge: number) =>
              expectedBin(distanceValues, (cell * 4 + edge) * bins, bins) * stride;
            const edges = [x - distance(0), y - distance(1), x + distance(2), y + distance(3)] as const;
            addCandidate(list, settings, edges, score, classId, cell);
          }
        }
        return toDetections(list, suppress(list, settings), geometry, settings);
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

/** Mean of a distribution given by logits over the bins 0 to bins - 1. */
function expectedBin(values: Float32Array, from: number, bins: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < bins; i++) highest = Math.max(highest, values[from + i]!);
  let sum = 0;
  let weighted = 0;
  for (let i = 0; i < bins; i++) {
    const weight = Math.exp(values[from + i]! - highest);
    sum += weight;
    weighted += weight * i;
  }
  return weighted / sum;
}
