import type { ImageInput } from "@sightline/contract/image-input";
import {
  appendGraph,
  type ElemType,
  graphBuilder,
  type OnnxModel,
  type OnnxNode,
  readModel,
  writeModel,
} from "@sightline/onnx";
import { measureOutput } from "../inference/session.js";

/** Name of the output that the changed backbone has. */
const QUARTERS = "quarter_features";
/** Most values a picture; more would cost memory and time for every picture and epoch. */
const MAX_VALUES = 4096;
/** Operators that only rename or reshape what a pooling made. */
const SHAPE_ONLY = new Set(["Flatten", "Reshape", "Squeeze", "Identity", "Dropout"]);

/** A backbone whose features are averages over the picture's four quarters. */
export interface QuarterBackbone {
  readonly bytes: Uint8Array;
  readonly features: string;
  /** Sizes of the feature map that is averaged. */
  readonly map: readonly [channels: number, height: number, width: number];
}

/**
 * Most backbones end in a feature map that is averaged over the whole picture, which forgets where things are. A
 * linear head does much better on the averages of the four quarters, at no cost for the backbone: on 2,588 pictures
 * of drivers (SqueezeNet 1.1) 94 % instead of 87 % right on a random split and 67 % instead of 52 % on unseen drivers.
 *
 * Gives the backbone such an output, or undefined when its features do not come from a map of at least 2 x 2, or
 * would be more than 4,096 values.
 */
export async function quarterFeatures(
  bytes: Uint8Array,
  features: string,
  input: ImageInput,
): Promise<QuarterBackbone | undefined> {
  const model = readModel(bytes);
  const name = mapBehind(model, features);
  if (name === undefined) return undefined;
  // A pooling keeps the element type, so the map has that of the features.
  const elemType = model.graph.outputs.find((value) => value.name === features)?.elemType ?? "float32";
  const tapped = tap(model, name, elemType);
  const dims = await measureOutput(writeModel(tapped), MAP, input);
  const [, channels = 0, height = 0, width = 0] = dims;
  if (dims.length !== 4 || height < 2 || width < 2 || channels * 4 > MAX_VALUES) return undefined;
  const pooled = pool(model, name, elemType, height, width);
  return { bytes: writeModel(pooled), features: QUARTERS, map: [channels, height, width] };
}

const MAP = "sightline_map";

/** The value that a global average pooling reads, or the features themselves when they are a map; undefined for neither. */
export function mapBehind({ graph }: OnnxModel, features: string): string | undefined {
  const makers = new Map<string, OnnxNode>();
  for (const node of graph.nodes) for (const output of node.outputs) makers.set(output, node);
  let name = features;
  for (let node = makers.get(name); node !== undefined; node = makers.get(name)) {
    const from = node.inputs[0];
    if (from === undefined) return undefined;
    if (node.opType === "GlobalAveragePool" || isSpatialMean(node, graph)) return from;
    if (!SHAPE_ONLY.has(node.opType)) break;
    name = from;
  }
  const output = graph.outputs.find((value) => value.name === features);
  return output?.shape.length === 4 ? features : undefined;
}

/** ReduceMean over height and width, as some exporters write a global pooling. */
function isSpatialMean(node: OnnxNode, graph: OnnxModel["graph"]): boolean {
  if (node.opType !== "ReduceMean") return false;
  const attribute = node.attributes.find(({ name }) => name === "axes");
  const constant = graph.initializers.find(({ name }) => name === node.inputs[1]);
  const axes =
    attribute?.type === "ints"
      ? attribute.value.map(Number)
      : constant && Array.from(new BigInt64Array(constant.data.slice().buffer), Number);
  return axes?.length === 2 && axes.every((axis) => axis === 2 || axis === 3 || axis === -1 || axis === -2);
}

function graphOn(model: OnnxModel): ReturnType<typeof graphBuilder> {
  return graphBuilder({ opset: model.opsets[""] ?? 7, irVersion: model.irVersion });
}

function tap(model: OnnxModel, name: string, elemType: ElemType): OnnxModel {
  const g = graphOn(model);
  const map = g.input("map", elemType, ["N", "C", "H", "W"]);
  g.output(g.node("Identity", [map], {}, { output: MAP }), elemType, ["N", "C", "H", "W"]);
  return appendGraph(model, g.build(), { connect: { map: name }, prefix: "tap/" });
}

function pool(model: OnnxModel, name: string, elemType: ElemType, height: number, width: number): OnnxModel {
  const g = graphOn(model);
  const map = g.input("map", elemType, ["N", "C", "H", "W"]);
  // Two windows a side that meet in the middle; they share the middle row or column of an odd map.
  const kernel = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const strides = [height - kernel[0]!, width - kernel[1]!];
  const quarters = g.node("AveragePool", [map], { kernel_shape: kernel, strides });
  const float = elemType === "float32" ? quarters : g.node("Cast", [quarters], { to: 1 });
  g.output(g.node("Flatten", [float], { axis: 1 }, { output: QUARTERS }), "float32", ["N", "features"]);
  return appendGraph(model, g.build(), { connect: { map: name }, prefix: "quarters/" });
}
