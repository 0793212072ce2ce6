import { type ElemType, graphBuilder, writeModel } from "@sightline/onnx";

/** How a model of means takes its pictures and gives its answer. */
export interface MeanModel {
  /** Default `float32`. */
  readonly elemType?: "float32" | "float16" | "uint8";
  /** Default `NCHW`. */
  readonly layout?: "NCHW" | "NHWC";
  /** Pictures of one run. Default: any number. */
  readonly batch?: number;
  /** Whether a map of one pixel lies behind the classes. Default: not. */
  readonly isMap?: boolean;
  /** Operators behind the mean. Default: none. */
  readonly ending?: "Sigmoid";
}

/** Pixels of a side of its input. */
export const MEAN_SIDE = 9;

/** A model whose answer is the mean of each channel of its input: what a picture has become is read off it. */
export function buildMeanModel(options: MeanModel): Uint8Array {
  const { elemType = "float32", layout = "NCHW", batch = "N", isMap = false, ending } = options;
  const g = graphBuilder({ opset: 13 });
  const sides = [MEAN_SIDE, MEAN_SIDE];
  const shape = layout === "NCHW" ? [batch, 3, ...sides] : [batch, ...sides, 3];
  const pixels = g.input("pixels", elemType, shape);
  const inner: ElemType = elemType === "float16" ? "float16" : "float32";
  // 1 is float32 in ONNX's numbering.
  const values = elemType === "uint8" ? g.node("Cast", [pixels], { to: 1 }) : pixels;
  const axes = layout === "NCHW" ? [2, 3] : [1, 2];
  let answer = g.node("ReduceMean", [values], { axes, keepdims: isMap ? 1 : 0 });
  if (ending !== undefined) answer = g.node(ending, [answer]);
  g.output(answer, inner, isMap ? [batch, 3, 1, 1] : [batch, 3]);
  return writeModel(g.build());
}
