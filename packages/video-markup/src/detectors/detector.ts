import type { Detection, Size } from "../detection.js";
import type { FrameGeometry } from "./geometry.js";
import type { InputSpec, PreprocessingOptions } from "./input-spec.js";

/** One named tensor of a model: what `describeModel` of @sightline/onnx answers for it. */
export interface TensorDescription {
  /** What the model calls it. */
  readonly name: string;
  /** Element type by NumPy's name: `float32`, `float16`, `uint8`, `int8`, `int64` and so on. */
  readonly elemType: string;
  /** A number for a fixed axis, a name (may be empty) for a free one. */
  readonly shape: readonly (number | string)[];
}

/** A model's inputs, outputs and metadata, enough to recognise its detector layout. */
export interface ModelDescription {
  /** Inputs in the model's order, initializers left out. */
  readonly inputs: readonly TensorDescription[];
  /** Outputs in the model's order. */
  readonly outputs: readonly TensorDescription[];
  /** `metadata_props`: class names, stride, task, where the exporter wrote them. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A tensor as it goes into or comes out of a session; an ONNX Runtime tensor fits as it is. */
export interface DetectorTensor {
  /** Element type by ONNX Runtime's name: `float32`, `float16`, `uint8`, `int64` and so on. */
  readonly type: string;
  /** Length of each axis. */
  readonly dims: readonly number[];
  /** The elements in row order: a typed array of `type`; float16 as bit patterns in a Uint16Array. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever array the runtime hands out is narrowed by `type`
  readonly data: any;
}

/** Tensors by name. */
export type DetectorTensors = Readonly<Record<string, DetectorTensor>>;

/** The layouts that can be named. */
export const detectorLayouts = [
  "yolov8",
  "yolov8-seg",
  "yolov8-pose",
  "yolov8-obb",
  "yolo-nms-free",
  "yolo-nms-free-seg",
  "yolo-nms-free-pose",
  "yolo-nms-free-obb",
  "yolox",
  "yolov5",
  "yolov5-seg",
  "yolov6",
  "damo-yolo",
  "mask-rcnn-zoo",
  "faster-rcnn-zoo",
  "mask-rcnn-torchvision",
  "faster-rcnn-torchvision",
  "nanodet",
  "nanodet-plus",
  "fastestdet",
  "rt-detr",
  "rt-detr-hf",
  "rt-detr-ultralytics",
  "detr",
  "rf-detr",
  "ssd-tf2",
  "efficientdet",
  "mxnet-ssd",
  "num-dets",
] as const;

/** How a detector's outputs are laid out. */
export type DetectorLayout = (typeof detectorLayouts)[number];

/** What a custom decoder is told beside the outputs. */
export interface DecodeContext {
  /** What the picture input was fed. */
  readonly input: InputSpec;
  /** Where the frame lies in the input: `toSourceX` and `toSourceY` take points back. */
  readonly geometry: FrameGeometry;
  /** Names in class-id order; empty where neither options nor metadata name any. */
  readonly classNames: readonly string[];
  /** Least score to keep, 0 to 1. */
  readonly confidence: number;
  /** Overlap from which the weaker of two boxes is dropped, 0 to 1. */
  readonly iou: number;
  /** Which frame of the batch is wanted, from 0. */
  readonly batchIndex: number;
}

/** A decoder of your own: raw outputs in, detections in source pixels out. */
export type CustomDecoder = (outputs: DetectorTensors, context: DecodeContext) => readonly Detection[];

/** Options of `planDetector`. */
export interface DetectorOptions {
  /** Layout of the outputs; found from metadata, names and shapes when left out. */
  readonly layout?: DetectorLayout;
  /** Least score to keep, 0 to 1. Default 0.25. */
  readonly confidence?: number;
  /** Overlap (IoU) from which the weaker of two boxes of a class is dropped, 0 to 1. Default 0.45. */
  readonly iou?: number;
  /** Most detections in a frame, from 1. Default 300. */
  readonly maxDetections?: number;
  /** Names in class-id order; taken from the model's metadata, else COCO's for 80 or 91 classes, else ids. */
  readonly classNames?: readonly string[];
  /** Keep only these classes, by name or id. Default: all. */
  readonly classes?: readonly (string | number)[];
  /** Source frame in pixels; decides the input size of a model whose input has free axes. Default: none. */
  readonly source?: Size;
  /** Input size in pixels for a model whose input has free axes. Default: the family's own. */
  readonly inputSize?: Size;
  /** Preprocessing other than that which goes with the layout. Default: the layout's own. */
  readonly input?: PreprocessingOptions;
  /** Decodes the outputs instead of a known layout. Default: the layout's decoder. */
  readonly decoder?: CustomDecoder;
}

/** A model's plan: what to feed it and how to read its answer. */
export interface Detector {
  /** How the outputs are read; `custom` by a decoder of your own. */
  readonly layout: DetectorLayout | "custom";
  /** What the picture input is fed. */
  readonly input: InputSpec;
  /** Names of the outputs that `decode` reads: the only ones worth fetching. */
  readonly outputNames: readonly string[];
  /** Names in class-id order; empty where neither options nor metadata name any. */
  readonly classNames: readonly string[];
  /** Least score that is kept, 0 to 1. */
  readonly confidence: number;
  /** Overlap from which the weaker of two boxes of a class is dropped, 0 to 1. */
  readonly iou: number;
  /** Further inputs that the model wants beside the picture (RT-DETR's source size), one set a batch. */
  readonly extraInputs?: (geometries: readonly FrameGeometry[]) => DetectorTensors;
  /**
   * Detections of one frame of the batch (default the first, 0) in source pixels, after NMS, best first.
   *
   * @throws DetectorLayoutError when an output is missing or holds what the layout cannot have.
   */
  readonly decode: (outputs: DetectorTensors, geometry: FrameGeometry, batchIndex?: number) => Detection[];
}
