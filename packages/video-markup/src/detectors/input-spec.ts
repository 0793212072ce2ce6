/**
 * How a frame is fitted into the model's input rectangle.
 * - `letterbox-center`: aspect kept, scaled to fit, padding shared between both sides (YOLOv5, v8, v10, v11).
 * - `letterbox-top-left`: aspect kept, content at the top left, padding right and below (YOLOX, R-CNN).
 * - `stretch`: both sides scaled to the input, aspect lost (NanoDet, FastestDet, RT-DETR).
 */
export type InputFit = "letterbox-center" | "letterbox-top-left" | "stretch";

/** Element type of the picture input, as ONNX Runtime names it. */
export type InputDtype = "float32" | "float16" | "uint8" | "int8";

/** The typed array that carries a picture input; float16 travels as its bit pattern in a Uint16Array. */
export type InputData = Float32Array | Uint16Array | Uint8Array | Int8Array;

/**
 * What a model's picture input expects. The frame is fitted into `width` x `height`, padded with
 * `padValue`, and each channel becomes `(pixel * scale - mean) / std`, with mean and std in the order
 * of `channels`.
 */
export interface InputSpec {
  /** Name of the input tensor. */
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** How the frame is scaled into the input. */
  readonly fit: InputFit;
  /** Value of each channel in the padding, 0 to 255. */
  readonly padValue: number;
  /** Order in which the model takes the channels. */
  readonly channels: "RGB" | "BGR";
  /** Factor on the pixel (0 to 255) before mean and std, for example 1 / 255. */
  readonly scale: number;
  /** Taken off each channel after `scale`. */
  readonly mean: readonly [number, number, number];
  /** What each channel is divided by last. */
  readonly std: readonly [number, number, number];
  /** Element type of the tensor. */
  readonly dtype: InputDtype;
  /** Order of the tensor's axes; `CHW` has no batch axis. */
  readonly layout: "NCHW" | "NHWC" | "CHW";
  /** `"free"` when the model takes any number of frames at once, else the fixed number (1 as a rule). */
  readonly batch: number | "free";
}

/**
 * The tensor's dims for a batch of `batch` frames.
 *
 * @param batch From 1. Default 1.
 * @example
 * inputDims(planDetector(description).input, 4); // [4, 3, 640, 640]
 */
export function inputDims(spec: InputSpec, batch = 1): number[] {
  if (spec.layout === "CHW") return [3, spec.height, spec.width];
  if (spec.layout === "NHWC") return [batch, spec.height, spec.width, 3];
  return [batch, 3, spec.height, spec.width];
}

/**
 * How pictures are prepared, where that is not what the layout's family publishes: each member left out stays as it
 * is there, or for a decoder of your own as YOLO's (letterbox in the centre on 114, RGB, 0 to 1).
 */
export type PreprocessingOptions = Partial<
  Pick<InputSpec, "width" | "height" | "fit" | "padValue" | "channels" | "scale" | "mean" | "std">
>;
