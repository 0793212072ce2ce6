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
const CELLS = "cell_features";
/** Cells a side, as many as the number of values allows. */
const SIDES = [3, 2] as const;
/** Most values a picture: 3 x 3 cells of 512 channels. More would cost memory and time for every picture and epoch. */
const MAX_VALUES = 4608;
/** Operators that only rename or reshape what a pooling made. */
const SHAPE_ONLY = new Set(["Flatten", "Reshape", "Squeeze", "Identity", "Dropout"]);

/** A backbone whose features are averages over cells of the picture. */
export interface CellBackbone {
  readonly bytes: Uint8Array;
  readonly features: string;
  /** Sizes of the feature map that is averaged. */
  readonly map: readonly [channels: number, height: number, width: number];
  /** Cells a side. */
  readonly side: number;
}

/**
 * Most backbones end in a feature map that is averaged over the whole picture, which forgets where things are. A linear head does
 * much better on the averages of cells, at no cost for the backbone. Of 2,588 pictures of drivers (SqueezeNet 1.1), with a fifth of
 * the training part held out to choose by, 85.5 % were right with one cell, 92.8 with 2 x 2 and 94.0 with 3 x 3; with a quarter of the
 * drivers held out 43.2, 54.2 and 55.8.
 *
 * Gives the backbone such an output, of 3 x 3 cells, or 2 x 2 where those would be more than 4,608 values; undefined when its features
 * do not come from a map of at least as many, or would still be more.
 */
export async function cellFeatures(
  bytes: Uint8Array,
  features: string,
  input: ImageInput,
): Promise<CellBackbone | undefined> {
  const model = readModel(bytes);
  const name = mapBehind(model, features);
  if (name === undefined) return undefined;
  // A pooling keeps the element type, so the map has that of the features.
  const elemType = model.graph.outputs.find((value) => value.name === features)?.elemType ?? "float32";
  const tapped = tap(model, name, elemType);
  const dims = await measureOutput(writeModel(tapped), MAP, input);
  const [, channels = 0, height = 0, width = 0] = dims;
  const side = SIDES.find((cells) => channels * cells ** 2 <= MAX_VALUES && Math.min(height, width) >= cells);
  if (dims.length !== 4 || side === undefined) return undefined;
  const pooled = pool(model, name, elemType, [height, width], side);
  return { bytes: writeModel(pooled), features: CELLS, map: [channels, height, width], side };
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

function pool(
  model: OnnxModel,
  name: string,
  elemType: ElemType,
  sizes: readonly [height: number, width: number],
  side: number,
): OnnxModel {
  const g = graphOn(model);
  const map = g.input("map", elemType, ["N", "C", "H", "W"]);
  // Windows that reach from end to end; where a size does not divide by their number they share rows or columns.
  const strides = sizes.map((size) => Math.floor(size / side));
  const kernel = sizes.map((size, axis) => size - (side - 1) * strides[axis]!);
  const cells = g.node("AveragePool", [map], { kernel_shape: kernel, strides });
  const float = elemType === "float32" ? cells : g.node("Cast", [cells], { to: 1 });
  g.output(g.node("Flatten", [float], { axis: 1 }, { output: CELLS }), "float32", ["N", "features"]);
  return appendGraph(model, g.build(), { connect: { map: name }, prefix: "cells/" });
}
