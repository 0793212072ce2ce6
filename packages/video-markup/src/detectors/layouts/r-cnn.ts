import type { DetectionMask, Size } from "../../detection.js";
import { addCandidate, bestDetections, type Candidates, type Extend, noCandidates } from "../candidates.js";
import { cocoNames } from "../coco-names.js";
import type { DetectorLayout, DetectorTensor, TensorDescription } from "../detector.js";
import { type FrameGeometry, toSourceX, toSourceY } from "../geometry.js";
import { encodeMask } from "../masks.js";
import { isFixed, type ModelView } from "../model-view.js";
import { scoreRange } from "../sense.js";
import { floatValues } from "../tensor-values.js";
import { type BoundLayout, type LayoutDefinition, plain, shortestEdge } from "./layout-definition.js";
import { pasteMask } from "./paste-mask.js";

/** Outputs of an R-CNN: one row a detection, for one frame. */
interface RcnnOutputs {
  readonly boxes: string;
  readonly labels: string;
  readonly scores: string;
  /** `[n, 1, height, width]`, of the whole input or of the box. */
  readonly masks?: string;
}

/** Names that the ONNX model zoo's own files have. */
const ZOO: Readonly<Record<string, RcnnOutputs>> = {
  "mask-rcnn-zoo": { boxes: "6568", labels: "6570", scores: "6572", masks: "6887" },
  "faster-rcnn-zoo": { boxes: "6379", labels: "6381", scores: "6383" },
};

/** Mean of the Caffe2 backbones in BGR; the zoo subtracts it and divides by nothing. */
const caffe2 = { ...plain, mean: [102.9801, 115.9465, 122.7717] } as const;

const SQUARE: Size = { width: 800, height: 800 };

/** Faster and Mask R-CNN of the ONNX model zoo (from maskrcnn-benchmark): sides are multiples of 32. */
function zoo(layout: DetectorLayout, expects: string): LayoutDefinition {
  const outputs = ZOO[layout]!;
  return {
    layout,
    expects,
    // Padding near the mean, which the zoo's own code leaves as zeros.
    preprocessing: { fit: "letterbox-top-left", padValue: 114, channels: "BGR", scale: 1, ...caffe2 },
    singleFrame: true,
    inputSize: (_view, source) => shortestEdge(source ?? SQUARE, 800, 1333, 32),
    recognises: (view) => bindNamed(view, outputs) !== undefined,
    bind: (view) => {
      const names = bindNamed(view, outputs) ?? bindByShape(view, outputs.masks !== undefined);
      return names && bound(names, cocoNames);
    },
  };
}

/** Faster, Mask R-CNN, SSD and RetinaNet of torchvision: boxes, labels, scores and masks for one frame. */
function torchvision(layout: DetectorLayout, masks: boolean, expects: string): LayoutDefinition {
  return {
    layout,
    expects,
    // torchvision's models normalise inside.
    preprocessing: { fit: "stretch", padValue: 0, channels: "RGB", scale: 1 / 255, ...plain },
    singleFrame: true,
    // The model scales to 800 by itself; more pixels than that would be thrown away.
    inputSize: (_view, source) => shortestEdge(source ?? SQUARE, 800, 1333),
    recognises: (view) => view.outputs.length === (masks ? 4 : 3) && bindByShape(view, masks) !== undefined,
    bind: (view) => {
      const names = bindByShape(view, masks);
      return names && bound(names, []);
    },
  };
}

function bindNamed(view: ModelView, outputs: RcnnOutputs): RcnnOutputs | undefined {
  const names = new Set(view.outputs.map(({ name }) => name));
  const wanted = [outputs.boxes, outputs.labels, outputs.scores, ...(outputs.masks ? [outputs.masks] : [])];
  return wanted.every((name) => names.has(name)) ? outputs : undefined;
}

/** `[n, 4]` floats are boxes, `[n]` integers labels, `[n]` floats scores, `[n, 1, h, w]` masks; n is free. */
function bindByShape(view: ModelView, masks: boolean): RcnnOutputs | undefined {
  const pick = (fits: (tensor: TensorDescription) => boolean) => view.outputs.find(fits)?.name;
  const free = ({ shape }: TensorDescription) => !isFixed(shape[0]);
  const boxes = pick((tensor) => tensor.shape.length === 2 && tensor.shape[1] === 4 && free(tensor));
  const labels = pick((tensor) => tensor.shape.length === 1 && tensor.elemType === "int64" && free(tensor));
  const scores = pick((tensor) => tensor.shape.length === 1 && tensor.elemType !== "int64" && free(tensor));
  const pasted = masks ? pick((tensor) => tensor.shape.length === 4 && free(tensor)) : undefined;
  if (!boxes || !labels || !scores || (masks && !pasted)) return undefined;
  return { boxes, labels, scores, ...(pasted ? { masks: pasted } : {}) };
}

function bound(names: RcnnOutputs, defaultNames: readonly string[]): BoundLayout {
  return {
    outputNames: Object.values(names),
    defaultNames,
    ranges: [scoreRange(names.scores)],
    decode: (request) => {
      const { outputs, settings } = request;
      const boxes = floatValues(outputs[names.boxes]!);
      const labels = floatValues(outputs[names.labels]!);
      const scores = floatValues(outputs[names.scores]!);
      const list = noCandidates(request, names.boxes, names.scores);
      for (let row = 0; row < scores.length; row++) {
        // Label 0 is the background.
        if (!(scores[row]! > settings.confidence) || labels[row] === 0) continue;
        const edges = [...boxes.subarray(row * 4, row * 4 + 4)] as [number, number, number, number];
        addCandidate(list, edges, scores[row]!, labels[row]! - 1, row);
      }
      if (names.masks === undefined) return bestDetections(list);
      return bestDetections(list, addRcnnMask(list, outputs[names.masks]!));
    },
  };
}

function addRcnnMask(list: Candidates, tensor: DetectorTensor): Extend {
  const { geometry } = list.frame;
  const [, , height = 0, width = 0] = tensor.dims;
  const values = floatValues(tensor);
  const { input } = geometry;
  const whole = width === input.width && height === input.height;
  return (detection, index) => {
    const row = list.rows[index]!;
    const plane = values.subarray(row * width * height, (row + 1) * width * height);
    const box = list.xyxy.slice(index * 4, index * 4 + 4) as [number, number, number, number];
    const mask = whole
      ? cropMask(plane, input, box, geometry)
      : pasteMask({ values: plane, width, height }, box, geometry);
    return mask ? { ...detection, mask } : detection;
  };
}

/** The part of a whole-input mask inside the box, above one half. */
function cropMask(
  plane: Float32Array,
  input: Size,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  geometry: FrameGeometry,
): DetectionMask | undefined {
  // A pixel more on each side: pasting rounds outwards.
  const left = Math.max(0, Math.floor(x1) - 1);
  const top = Math.max(0, Math.floor(y1) - 1);
  const width = Math.min(input.width, Math.ceil(x2) + 1) - left;
  const height = Math.min(input.height, Math.ceil(y2) + 1) - top;
  if (width <= 0 || height <= 0) return undefined;
  const bitmap = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (plane[(top + y) * input.width + left + x]! > 0.5) bitmap[y * width + x] = 1;
    }
  }
  return encodeMask(bitmap, width, height, [
    toSourceX(geometry, left),
    toSourceY(geometry, top),
    toSourceX(geometry, left + width),
    toSourceY(geometry, top + height),
  ]);
}

/** The R-CNN family, zoo files by their names first. */
export const rcnnLayouts: readonly LayoutDefinition[] = [
  zoo("mask-rcnn-zoo", "outputs boxes [n, 4], labels [n], scores [n] and masks [n, 1, 28, 28]"),
  zoo("faster-rcnn-zoo", "outputs boxes [n, 4], labels [n] and scores [n]"),
  torchvision(
    "mask-rcnn-torchvision",
    true,
    "outputs boxes [n, 4], labels [n] int64, scores [n] and masks [n, 1, height, width]",
  ),
  torchvision("faster-rcnn-torchvision", false, "outputs boxes [n, 4], labels [n] int64 and scores [n]"),
];
