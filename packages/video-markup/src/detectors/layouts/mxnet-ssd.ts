import type { ModelView } from "../model-view.js";
import { finalRows, onlyTable } from "./final-rows.js";
import { type LayoutDefinition, plain, square } from "./layout-definition.js";

/**
 * SSD of MXNet's MultiBoxDetection, as SageMaker's built-in object detection trains it and `@sightline/mxnet`
 * converts it: `detection` `[batch, n, 6]`, class (-1 is no box), score, and edges from 0 to 1. Pixels go in as they
 * are, stretched; the net's first layer normalises. A table of six columns has other meanings too, so the file's
 * metadata must say it.
 */
export const mxnetSsd: LayoutDefinition = {
  layout: "mxnet-ssd",
  expects: "one output [batch, n, 6]: class or -1, score, left, top, right, bottom from 0 to 1",
  preprocessing: { fit: "stretch", padValue: 0, channels: "RGB", scale: 1, ...plain },
  inputSize: square(512),
  recognises: (view) => view.metadata.layout === "mxnet-ssd" && tableOf(view) !== undefined,
  bind: (view) => {
    const table = tableOf(view);
    return (
      table &&
      finalRows(table, 1, ([id, , left, top, right, bottom], { geometry }) => {
        const { width, height } = geometry.input;
        const edges = [left! * width, top! * height, right! * width, bottom! * height] as const;
        return id! < 0 ? undefined : { classId: id!, edges };
      })
    );
  },
};

function tableOf(view: ModelView) {
  return onlyTable(view, 6);
}
