import { addFound, edgesAround, nmsDetections, noCandidates } from "../candidates.js";
import { defaultClassNames } from "../class-names.js";
import type { TensorDescription } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { batchSlice } from "../tensor-values.js";
import { type LayoutDefinition, plain, square } from "./layout-definition.js";
import { scanObjectness } from "./scan-scores.js";

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
    const classCount = fixed(map.shape[1])! - 5;
    return {
      outputNames: [map.name],
      defaultNames: defaultClassNames(classCount),
      // A map of stride 16 may be anything: only the values tell.
      ranges: [scoreRange(map.name, { axis: 1, from: 0, to: 1 }), scoreRange(map.name, { axis: 1, from: 5 })],
      decode: (request) => {
        const tensor = request.outputs[map.name]!;
        const [, , rows = 0, columns = 0] = tensor.dims;
        const values = batchSlice(tensor, request.batchIndex);
        const plane = rows * columns;
        const { width, height } = request.geometry.input;
        const list = noCandidates(request, map.name);
        const table = { values, boxes: plane, boxStep: 1, attributeStep: plane };
        const found = scanObjectness(table, 0, 5, classCount, request.settings.confidence);
        addFound(list, found, (cell) =>
          edgesAround(
            (((cell % columns) + Math.tanh(values[plane + cell]!)) / columns) * width,
            ((Math.floor(cell / columns) + Math.tanh(values[2 * plane + cell]!)) / rows) * height,
            sigmoid(values[3 * plane + cell]!) * width,
            sigmoid(values[4 * plane + cell]!) * height,
          ),
        );
        return nmsDetections(list);
      },
    };
  },
};

function mapOf(view: ModelView): TensorDescription | undefined {
  return view.outputs.find(({ shape }) => shape.length === 4 && (fixed(shape[1]) ?? 0) > 5);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
