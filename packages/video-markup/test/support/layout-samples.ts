import type { DetectorLayout, DetectorTensors, ModelDescription } from "../../src/detectors/detector.js";
import { detectorLayouts } from "../../src/detectors/detector.js";
import {
  aroundCenter,
  asShares,
  BOX,
  byEdges,
  CELLS,
  CLASS,
  coco,
  distance,
  distances,
  H,
  lists,
  nmsFree,
  PROTOS,
  protos,
  queries,
  type Recipe,
  rcnn,
  SCORE,
  SIDE,
  W,
  withObjectness,
  X,
  yolov8,
} from "./layout-recipes.js";
import { type Entry, line, offset, type Table, tensor } from "./sparse-tensor.js";

/** A model of one layout that finds one object, as exporters write it: description and outputs of one frame. */
export interface LayoutSample {
  readonly layout: DetectorLayout;
  readonly model: ModelDescription;
  readonly outputs: DetectorTensors;
  /** Where the score stands: `outputs[output].data[at]`. Absent where the model answers logits. */
  readonly score?: { readonly output: string; readonly at: number };
  /** Where a number of the box stands: made huge, the box is none. Absent where no number can do that. */
  readonly box?: { readonly output: string; readonly at: number };
}

const logit = Math.log(SCORE / (1 - SCORE));
const keypoints = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [i, i % 3 === 2 ? 1 : X]));
const shifted = (from: number) =>
  Object.fromEntries(Object.entries(keypoints).map(([i, value]) => [from + Number(i), value]));
const threeNames = "{0: 'a', 1: 'b', 2: 'c'}";

const recipes: Readonly<Record<DetectorLayout, () => Recipe>> = {
  yolov8: () => yolov8(0, {}),
  "yolov8-seg": () =>
    yolov8(PROTOS, { 84: 1 }, { metadata: { task: "segment", names: coco }, outputs: { output1: protos } }),
  "yolov8-pose": () => yolov8(51, shifted(7), { metadata: { task: "pose", names: threeNames } }),
  "yolov8-obb": () => yolov8(1, { 84: 0 }, { metadata: { task: "obb", names: coco } }),
  "yolo-nms-free": () => nmsFree(6, {}),
  "yolo-nms-free-seg": () => nmsFree(38, { 6: 1 }, { outputs: { output1: protos } }),
  "yolo-nms-free-pose": () => nmsFree(57, shifted(6)),
  "yolo-nms-free-obb": () => nmsFree(7, {}),
  yolox: () => ({
    // Row 100 is the cell in column 20 and row 1 of stride 8.
    ...withObjectness("output", [1, CELLS, 85], { 0: 20, 1: 39, 2: Math.log(W / 8), 3: Math.log(H / 8) }),
  }),
  yolov5: () => withObjectness("output0", [1, 3 * CELLS, 85], aroundCenter),
  "yolov5-seg": () => {
    const { outputs, ...rest } = withObjectness("output0", [1, 3 * CELLS, 117], { ...aroundCenter, 85: 1 });
    return { ...rest, outputs: { ...outputs, output1: protos } };
  },
  yolov6: () => withObjectness("outputs", [1, CELLS, 85], aroundCenter),
  "damo-yolo": () => ({
    outputs: {
      output: { dims: [1, CELLS, 80], entries: line(100, { [CLASS]: SCORE }) },
      "1134_boxes": { dims: [1, CELLS, 4], entries: line(100, byEdges) },
    },
    score: ["output", [0, 100, CLASS]],
    box: ["1134_boxes", [0, 100, 2]],
  }),
  "mask-rcnn-zoo": () =>
    rcnn(["6568", "6570", "6572"], ["6887", { dims: [1, 1, 28, 28], entries: [], fill: 1 }]),
  "faster-rcnn-zoo": () => rcnn(["6379", "6381", "6383"]),
  "mask-rcnn-torchvision": () =>
    rcnn(["boxes", "labels", "scores"], ["masks", { dims: [1, 1, SIDE, SIDE], entries: [], fill: 1 }]),
  "faster-rcnn-torchvision": () => rcnn(["boxes", "labels", "scores"]),
  nanodet: () => ({
    outputs: Object.fromEntries(
      [8, 16, 32].flatMap((stride): [string, Table][] => {
        const cells = (SIDE / stride) ** 2;
        // Cell (9, 9) of stride 32 has its centre at (304, 304).
        const edges = [
          (304 - BOX[0]) / 32,
          (304 - BOX[1]) / 32,
          (BOX[2] - 304) / 32,
          (BOX[3] - 304) / 32,
        ].map((bins, edge) => distance(edge * 8, bins));
        const here = stride === 32;
        return [
          [
            `cls_pred_stride_${stride}`,
            { dims: [1, cells, 80], entries: here ? line(189, { [CLASS]: SCORE }) : [] },
          ],
          [
            `dis_pred_stride_${stride}`,
            { dims: [1, cells, 32], entries: here ? line(189, Object.assign({}, ...edges)) : [] },
          ],
        ];
      }),
    ),
    score: ["cls_pred_stride_32", [0, 189, CLASS]],
  }),
  // Cell (5, 5) of stride 64 has its corner at (320, 320).
  "nanodet-plus": () => ({
    outputs: {
      output: {
        dims: [1, 8500, 112],
        entries: line(CELLS + 55, { [CLASS]: SCORE, ...distances(80, 64) }),
      },
    },
    score: ["output", [0, CELLS + 55, CLASS]],
  }),
  fastestdet: () => {
    const at = (channel: number): readonly number[] => [0, channel, 20, 20];
    const size = (share: number) => Math.log(share / (1 - share));
    return {
      outputs: {
        "758": {
          dims: [1, 85, 40, 40],
          entries: [
            [at(0), 1],
            [at(3), size(W / SIDE)],
            [at(4), size(H / SIDE)],
            [at(5 + CLASS), SCORE],
          ],
        },
      },
      score: ["758", at(5 + CLASS)],
    };
  },
  "rt-detr": () => ({
    extraInput: "orig_target_sizes",
    outputs: {
      labels: { dims: [1, 300], type: "int64", entries: [[[0, 0], CLASS]] },
      boxes: { dims: [1, 300, 4], entries: line(0, byEdges) },
      scores: { dims: [1, 300], entries: [[[0, 0], SCORE]] },
    },
    score: ["scores", [0, 0]],
    box: ["boxes", [0, 0, 2]],
  }),
  "rt-detr-hf": () => queries("logits", "pred_boxes", 80, 300, logit),
  "rt-detr-ultralytics": () => ({
    metadata: { description: "Ultralytics RT-DETR-l model", names: coco },
    outputs: { output0: { dims: [1, 300, 84], entries: line(0, { ...asShares, [4 + CLASS]: SCORE }) } },
    score: ["output0", [0, 0, 4 + CLASS]],
    box: ["output0", [0, 0, 2]],
  }),
  // Softmax over 92: the others at -20 weigh nothing, "nothing" (the last) a ninth of the object.
  detr: () => {
    const { outputs, ...rest } = queries("logits", "pred_boxes", 92, 100, Math.log(9));
    const { logits, pred_boxes } = outputs as Record<"logits" | "pred_boxes", Table>;
    const nothing = Array.from({ length: 100 }, (_, row): Entry => [[0, row, 91], 0]);
    return {
      ...rest,
      outputs: { logits: { ...logits, entries: [...logits.entries, ...nothing] }, pred_boxes },
    };
  },
  "rf-detr": () => queries("labels", "dets", 91, 300, logit),
  "ssd-tf2": () => ({
    ...lists(
      ["num_detections", "detection_boxes", "detection_scores", "detection_classes"],
      [BOX[1], BOX[0], BOX[3], BOX[2]].map((edge) => edge / SIDE),
      1,
    ),
    input: [1, SIDE, SIDE, 3],
    elemType: "uint8",
  }),
  efficientdet: () => ({
    outputs: {
      "detections:0": {
        dims: [1, 100, 7],
        entries: line(0, { 1: BOX[1], 2: BOX[0], 3: BOX[3], 4: BOX[2], 5: SCORE, 6: CLASS + 1 }),
      },
    },
    input: [1, SIDE, SIDE, 3],
    elemType: "uint8",
    score: ["detections:0", [0, 0, 5]],
    box: ["detections:0", [0, 0, 4]],
  }),
  "mxnet-ssd": () => ({
    outputs: {
      detection: {
        dims: [1, 100, 6],
        entries: line(0, {
          0: CLASS,
          1: SCORE,
          ...Object.fromEntries(BOX.map((edge, n) => [n + 2, edge / SIDE])),
        }),
      },
    },
    metadata: { layout: "mxnet-ssd" },
    score: ["detection", [0, 0, 1]],
    box: ["detection", [0, 0, 4]],
  }),
  "num-dets": () => lists(["num_dets", "det_boxes", "det_scores", "det_classes"], BOX, 0),
};

/** Every layout's sample. */
export const layoutSamples: readonly LayoutSample[] = detectorLayouts.map((layout) => {
  const { outputs, score, box, input, elemType, metadata, extraInput } = recipes[layout]();
  const free = layout.includes("rcnn");
  const place = (target: readonly [string, readonly number[]] | undefined) =>
    target && { output: target[0], at: offset(outputs[target[0]]!.dims, target[1]) };
  return {
    layout,
    model: {
      inputs: [
        { name: "images", elemType: elemType ?? "float32", shape: input ?? [1, 3, SIDE, SIDE] },
        ...(extraInput ? [{ name: extraInput, elemType: "int64", shape: [1, 2] }] : []),
      ],
      outputs: Object.entries(outputs).map(([name, { dims, type = "float32" }]) => ({
        name,
        elemType: type,
        shape: free ? ["n", ...dims.slice(1)] : dims,
      })),
      metadata: metadata ?? {},
    },
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, table]) => [name, tensor(table)])),
    ...(score ? { score: place(score)! } : {}),
    ...(box ? { box: place(box)! } : {}),
  };
});
