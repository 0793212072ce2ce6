import { addCandidate, noCandidates, suppress, toDetections } from "../candidates.js";
import { defaultClassNames } from "../class-names.js";
import { fixed, type ModelView } from "../model-view.js";
import { batchSlice } from "../tensor-values.js";
import { type LayoutDefinition, plain, square } from "./layout-definition.js";

/** Pixels between the cells of FastestDet's only grid. */
const STRIDE = 16;

/**
 * FastestDet: one map `[batch, 5 + classes, rows, columns]`: objectness and class scores as they are, the
 * centre's offset in cells through tanh, the size through the sigmoid as a share of the input.
 */
export const fastestdet: LayoutDefinition = {
  layout: "fastestdet",
  expects: "one output [batch, 5 + classes, height / 16, width / 16]",
  preprocessing: { fit: "stretch", padValue: 0, channels: "BGR", scale: 1 / 255, ...plain },
  inputSize: square(352),
  recognises: (view) => {
    const map = mapOf(view);
    if (!map || view.outputs.length !== 1 || view.width === undefined || view.height === undefined)
      return false;
    return map.shape[2] === view.height / STRIDE && map.shape[3] === view.width / STRIDE;
  },
  bind: (view) => {
    const map = mapOf(view);
    if (!map) return undefined;
    const channels = fixed(map.shape[1])!;
    return {
      outputNames: [map.name],
      defaultNames: defaultClassNames(channels - 5),
      decode: ({ outputs, geometry, settings, batchIndex }) => {
        const tensor = outputs[map.name]!;
        const [, , rows = 0, columns = 0] = tensor.dims;
        const values = batchSlice(tensor, batchIndex);
        const plane = rows * columns;
        const { width, height } = geometry.input;
        const list = noCandidates();
        for (let cell = 0; cell < plane; cell++) {
          const objectness = values[cell]!;
          if (objectness <= settings.confidence) continue;
          let classId = 0;
          let classScore = 0;
          for (let c = 5; c < channels; c++) {
            if (values[c * plane + cell]! <= classScore) continue;
            classScore = values[c * plane + cell]!;
            classId = c - 5;
          }
          const score = objectness * classScore;
          if (score <= settings.confidence) continue;
          const x = (((cell % columns) + Math.tanh(values[plane + cell]!)) / columns) * width;
          const y = ((Math.floor(cell / columns) + Math.tanh(values[2 * plane + cell]!)) / rows) * height;
          const halfWidth = (sigmoid(values[3 * plane + cell]!) * width) / 2;
          const halfHeight = (sigmoid(values[4 * plane + cell]!) * height) / 2;
          const edges = [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight] as const;
          addCandidate(list, settings, edges, score, classId, cell);
        }
        return toDetections(list, suppress(list, settings), geometry, settings);
      },
    };
  },
};

function mapOf(view: ModelView) {
  return view.outputs.find(({ shape }) => shape.length === 4 && (fixed(shape[1]) ?? 0) > 5);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
