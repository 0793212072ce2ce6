import { noCandidates } from "../candidates.js";
import { defaultClassNames } from "../class-names.js";
import { cocoCategoryNames } from "../coco-names.js";
import type { TensorDescription } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { batchSlice } from "../tensor-values.js";
import {
  type BoundLayout,
  imagenet,
  type LayoutDefinition,
  plain,
  shortestEdge,
  square,
} from "./layout-definition.js";
import { type QueryScore, queryDetections, sigmoidScores, softmaxScores } from "./queries.js";
import { saysRtDetr, tableOutput, yoloInputSize } from "./yolo-shapes.js";

/** COCO's ids 0 to 90 as DETR counts them: 0 and the unused ones are N/A. */
const categoryIds: readonly string[] = ["N/A", ...cocoCategoryNames];

/**
 * Both of Hugging Face's exports have the outputs `logits` and `pred_boxes`, one for softmax, the other for
 * sigmoid: only the usual counts tell them apart, and others have to be named.
 */
const DETR_COUNTS = { queries: 100, classes: 92 };
const RT_DETR_COUNTS = { queries: 300, classes: 80 };

/** Deformable DETR has 300 queries too, and COCO's 91 ids; it is fed another picture than RT-DETR. */
const DEFORMABLE_DETR_CLASSES = 91;

function output(view: ModelView, name: string): TensorDescription | undefined {
  return view.outputs.find((tensor) => tensor.name === name);
}

/** Names for a class count: COCO's ids for DETR's 91, COCO's classes for 80. */
function namesFor(count: number): readonly string[] {
  return count === categoryIds.length ? categoryIds : defaultClassNames(count);
}

/** DETR as Hugging Face exports it: `logits` by softmax with "nothing" last, `pred_boxes` from 0 to 1. */
export const detr: LayoutDefinition = {
  layout: "detr",
  expects: "outputs logits [batch, queries, classes + 1] and pred_boxes [batch, queries, 4]",
  preprocessing: { fit: "stretch", padValue: 0, channels: "RGB", scale: 1 / 255, ...imagenet },
  inputSize: (_view, source) => shortestEdge(source ?? { width: 800, height: 800 }, 800, 1333),
  recognises: (view) => hasCounts(view, DETR_COUNTS) || (hasCounts(view, {}) && hasPixelMask(view)),
  mayBe: (view) => hasCounts(view, {}),
  bind: (view) => {
    const bound = bindQueries(view, "logits", "pred_boxes", "softmax");
    return bound && hasPixelMask(view) ? { ...bound, extraInputs: wholePixelMask(view) } : bound;
  },
};

function hasCounts(
  view: ModelView,
  counts: { readonly queries?: number; readonly classes?: number },
): boolean {
  const logits = output(view, "logits");
  if (!logits || !output(view, "pred_boxes")) return false;
  if (counts.queries === undefined) return true;
  return logits.shape[1] === counts.queries || logits.shape[2] === counts.classes;
}

function hasPixelMask(view: ModelView): boolean {
  return view.model.inputs.some(({ name }) => name === "pixel_mask");
}

/** Every pixel counts: frames are stretched, so there is no padding to mask out. */
function wholePixelMask(view: ModelView): NonNullable<BoundLayout["extraInputs"]> {
  const shape = view.model.inputs.find(({ name }) => name === "pixel_mask")!.shape;
  return (geometries) => {
    const { width, height } = geometries[0]!.input;
    // DETR's exports fix the mask's sides to the small size that they were traced with, or leave them free.
    const dims = [geometries.length, fixed(shape[1]) ?? height, fixed(shape[2]) ?? width];
    const count = dims.reduce((product, side) => product * side, 1);
    return { pixel_mask: { type: "int64", dims, data: new BigInt64Array(count).fill(1n) } };
  };
}

/** RT-DETR as Hugging Face exports it: `logits` by sigmoid, `pred_boxes` from 0 to 1. */
export const rtDetrHf: LayoutDefinition = {
  layout: "rt-detr-hf",
  expects: "outputs logits [batch, queries, classes] and pred_boxes [batch, queries, 4]",
  preprocessing: { fit: "stretch", padValue: 0, channels: "RGB", scale: 1 / 255, ...plain },
  inputSize: square(640),
  recognises: (view) =>
    hasCounts(view, RT_DETR_COUNTS) &&
    !hasPixelMask(view) &&
    output(view, "logits")?.shape[2] !== DEFORMABLE_DETR_CLASSES,
  mayBe: (view) => hasCounts(view, {}),
  bind: (view) => bindQueries(view, "logits", "pred_boxes", "sigmoid"),
};

/** RF-DETR's own export: `dets` from 0 to 1, `labels` by sigmoid over COCO's ids. */
export const rfDetr: LayoutDefinition = {
  layout: "rf-detr",
  expects: "outputs dets [batch, queries, 4] and labels [batch, queries, classes]",
  preprocessing: { fit: "stretch", padValue: 0, channels: "RGB", scale: 1 / 255, ...imagenet },
  inputSize: square(560),
  // Other exporters' `dets` have the score in a fifth column, and their `labels` are ids.
  recognises: (view) => output(view, "dets")?.shape[2] === 4 && output(view, "labels")?.shape.length === 3,
  bind: (view) => bindQueries(view, "labels", "dets", "sigmoid"),
};

function bindQueries(
  view: ModelView,
  logitsName: string,
  boxesName: string,
  scoring: "softmax" | "sigmoid",
): BoundLayout | undefined {
  const logits = output(view, logitsName);
  const boxes = output(view, boxesName);
  const classCount = fixed(logits?.shape[2]);
  if (!logits || !boxes) return undefined;
  const named = classCount === undefined ? 0 : scoring === "softmax" ? classCount - 1 : classCount;
  return {
    outputNames: [logitsName, boxesName],
    defaultNames: namesFor(named),
    decode: (request) => {
      const { outputs, settings, batchIndex } = request;
      const tensor = outputs[logitsName]!;
      const classes = tensor.dims[2]!;
      const values = batchSlice(tensor, batchIndex);
      const scores =
        scoring === "softmax"
          ? softmaxScores(values, classes)
          : sigmoidScores(values, classes, settings.confidence, tensor.dims[1]!);
      const list = noCandidates(request, boxesName, logitsName);
      return queryDetections(list, { values: batchSlice(outputs[boxesName]!, batchIndex), step: 4 }, scores);
    },
  };
}

/**
 * RT-DETR's own export (and D-FINE's, DEIM's): `labels`, `boxes`, `scores`, boxes in pixels of the size that
 * the input `orig_target_sizes` names. It is told the input's size, so that every frame of a batch may differ.
 */
export const rtDetr: LayoutDefinition = {
  layout: "rt-detr",
  expects: "an input orig_target_sizes and outputs labels, boxes and scores",
  preprocessing: { fit: "stretch", padValue: 0, channels: "RGB", scale: 1 / 255, ...plain },
  inputSize: square(640),
  recognises: (view) => view.model.inputs.some(({ name }) => name === "orig_target_sizes"),
  bind: (view) => {
    const names = ["labels", "boxes", "scores"];
    if (!names.every((name) => output(view, name))) return undefined;
    return {
      outputNames: names,
      defaultNames: defaultClassNames(80),
      extraInputs: (geometries) => {
        const sizes = geometries.flatMap(({ input }) => [BigInt(input.width), BigInt(input.height)]);
        const dims = [geometries.length, 2];
        return { orig_target_sizes: { type: "int64", dims, data: BigInt64Array.from(sizes) } };
      },
      ranges: [scoreRange("scores")],
      decode: (request) => {
        const { outputs, geometry, batchIndex } = request;
        const labels = batchSlice(outputs.labels!, batchIndex);
        const scores = batchSlice(outputs.scores!, batchIndex);
        const edges = batchSlice(outputs.boxes!, batchIndex);
        const { width, height } = geometry.input;
        const found = Array.from(scores, (score, query): QueryScore => {
          return { query, classId: labels[query]!, score };
        });
        const values = new Float32Array(edges.length);
        for (let at = 0; at < edges.length; at += 4) {
          values[at] = (edges[at]! + edges[at + 2]!) / 2 / width;
          values[at + 1] = (edges[at + 1]! + edges[at + 3]!) / 2 / height;
          values[at + 2] = (edges[at + 2]! - edges[at]!) / width;
          values[at + 3] = (edges[at + 3]! - edges[at + 1]!) / height;
        }
        return queryDetections(noCandidates(request, "boxes", "scores"), { values, step: 4 }, found);
      },
    };
  },
};

/**
 * RT-DETR as Ultralytics exports it: `[batch, queries, 6]` with cx, cy, w, h from 0 to 1, score, class; before
 * release 8.4 `[batch, queries, 4 + classes]` with a score for each class.
 */
export const rtDetrUltralytics: LayoutDefinition = {
  layout: "rt-detr-ultralytics",
  expects: "one output [batch, queries, 6] or [batch, queries, 4 + classes], boxes from 0 to 1",
  preprocessing: { fit: "stretch", padValue: 0, channels: "RGB", scale: 1 / 255, ...plain },
  inputSize: yoloInputSize,
  recognises: (view) => saysRtDetr(view) && tableOutput(view) !== undefined,
  bind: (view) => {
    const table = tableOutput(view);
    if (!table) return undefined;
    const columns = fixed(table.shape[2]);
    return {
      outputNames: [table.name],
      defaultNames: defaultClassNames(columns === undefined || columns === 6 ? 0 : columns - 4),
      decode: (request) => {
        const { outputs, batchIndex } = request;
        const tensor = outputs[table.name]!;
        const step = tensor.dims[2]!;
        const values = batchSlice(tensor, batchIndex);
        const scores = step === 6 && endsInClassIds(values) ? finalScores(values) : classScores(values, step);
        return queryDetections(noCandidates(request, table.name), { values, step }, scores);
      },
    };
  },
};

/** Whole numbers in the last of six columns are class ids; scores of a second class would have fractions. */
function endsInClassIds(values: Float32Array): boolean {
  for (let at = 5; at < values.length; at += 6) if (!Number.isInteger(values[at]!)) return false;
  return true;
}

function finalScores(values: Float32Array): QueryScore[] {
  return Array.from({ length: values.length / 6 }, (_, query) => ({
    query,
    classId: values[query * 6 + 5]!,
    score: values[query * 6 + 4]!,
  }));
}

function classScores(values: Float32Array, step: number): QueryScore[] {
  return Array.from({ length: values.length / step }, (_, query) => {
    const scores = values.subarray(query * step + 4, (query + 1) * step);
    const score = scores.reduce((most, value) => Math.max(most, value), 0);
    return { query, classId: scores.indexOf(score), score };
  });
}
