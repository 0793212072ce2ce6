import { createHash } from "node:crypto";
import type { ImageInput } from "@sightline/contract/image-input";
import {
  appendGraph,
  type GraphBuilder,
  graphBuilder,
  OnnxError,
  type OnnxModel,
  pruneGraph,
  raiseOpset,
  readModel,
  writeModel,
} from "@sightline/onnx";
import { measureOutput } from "../../inference/session.js";
import { JobInputError, ModelError, messageOf } from "../../shared/errors.js";
import { type Backbone, readBackbone } from "../backbone.js";
import { mapBehind } from "../cell-features.js";
import type { TrainingChannels } from "../channels.js";
import type { FeatureModel } from "../feature-hosts.js";
import { buildFilterPyramid, pyramidSide } from "./filter-pyramid.js";
import { type Level, type MapSize, planLevels } from "./levels.js";
import type { Whitening } from "./whiten-maps.js";

/** The frozen part of a detector: pixels in, feature maps out. */
export interface MapBackbone {
  /** File name, or "filter-pyramid" for the one built by code. */
  readonly name: string;
  /** SHA-256 of the backbone in hex. */
  readonly sha256: string;
  /** Input `data` [N, 3, height, width], RGB of 0 to 255; its outputs are the levels' maps, finest first. */
  readonly model: OnnxModel;
  readonly input: ImageInput;
  readonly levels: readonly Level[];
  /** What had to be assumed, for the log. */
  readonly notes: readonly string[];
}

/** Smallest map that is pooled further. */
const LEAST_SIDE = 2;

/**
 * The maps of channel `backbone`, the one behind its features and others that average it over larger and larger cells;
 * or those of the built-in filter pyramid.
 *
 * @param side sides in pixels where the backbone leaves its input's size free
 * @throws JobInputError when the backbone is no usable model, or has no map
 */
export async function loadMapBackbone(channels: TrainingChannels, side: number): Promise<MapBackbone> {
  if (channels.backbone === undefined) return filterPyramid(side);
  const backbone = await readBackbone(channels, channels.backbone, [3, side, side]);
  try {
    return await mapsOf(backbone, side);
  } catch (cause) {
    if (!(cause instanceof ModelError || cause instanceof OnnxError)) throw cause;
    throw new JobInputError(`Channel "backbone": ${backbone.name} is not usable. ${messageOf(cause)}`, {
      cause,
    });
  }
}

function filterPyramid(wanted: number): MapBackbone {
  const side = pyramidSide(wanted);
  const { model, maps } = buildFilterPyramid(side);
  const plain: ImageInput = { ...rawInput(side, side), scale: 1 / 255 };
  return {
    name: "filter-pyramid",
    sha256: createHash("sha256").update(writeModel(model)).digest("hex"),
    model: withPreprocessing(model, plain, side, side),
    input: rawInput(side, side),
    levels: planLevels(maps),
    notes: [
      'no channel "backbone": features come from the built-in fixed filter pyramid, which knows brightness, colours and edges but nothing of the world; give an ImageNet backbone for photographs',
      ...(side === wanted
        ? []
        : [`pictures are stretched to ${side}x${side}, the next size that its cells divide`]),
    ],
  };
}

async function mapsOf(backbone: Backbone, side: number): Promise<MapBackbone> {
  const whole = readModel(backbone.bytes);
  const name = mapBehind(whole, backbone.features);
  if (name === undefined) {
    throw new ModelError(
      `Its features "${backbone.features}" come from no feature map of which a detector could tell where things are. Give a convolutional backbone with its global pooling.`,
    );
  }
  const { width, height } = sizeOf(whole, backbone.input, side);
  const tapped = tap(whole, name);
  const [, mapChannels = 0, mapHeight = 0, mapWidth = 0] = await measureOutput(writeModel(tapped), "map_0", {
    width,
    height,
  });
  const { model, maps } = pyramid(tapped, { channels: mapChannels, height: mapHeight, width: mapWidth });
  const note = `the detector learns from the ${mapWidth}x${mapHeight} map of ${mapChannels} channels behind "${backbone.features}", and its averages over ${maps
    .slice(1)
    .map((map) => `${map.width}x${map.height}`)
    .join(", ")}`;
  const resized =
    width === side
      ? []
      : [`pictures are stretched to ${width}x${height}, the backbone's own size, and not to image_shape`];
  return {
    name: backbone.name,
    sha256: backbone.sha256,
    model: withPreprocessing(model, backbone.input, width, height),
    input: rawInput(width, height),
    levels: planLevels(maps),
    notes: [...backbone.notes, note, ...resized],
  };
}

/** What the file fixes, or the wanted side for both. */
function sizeOf({ graph }: OnnxModel, input: ImageInput, side: number): { width: number; height: number } {
  const [, , height, width] = graph.inputs[0]?.shape ?? [];
  const free = typeof height !== "number" && typeof width !== "number";
  return free ? { width: side, height: side } : { width: input.width, height: input.height };
}

/** The model as far as its map, which becomes `map_0` as float32. */
function tap(whole: OnnxModel, name: string): OnnxModel {
  // What lies behind the map may be of operators that cannot be raised.
  const output = { name, elemType: elemTypeOf(whole, name), shape: ["N", "C", "H", "W"] };
  const model = raiseOpset({ ...whole, graph: pruneGraph({ ...whole.graph, outputs: [output] }) });
  const g = graphOn(model);
  const map = g.input("map", output.elemType, output.shape);
  g.output(g.node("Cast", [map], { to: 1 }, { output: "map_0" }), "float32", output.shape);
  const tapped = appendGraph(model, g.build(), { connect: { map: name }, prefix: "tap/" });
  const weights = new Set(tapped.graph.initializers.map((weight) => weight.name));
  const inputs = tapped.graph.inputs.filter((value) => !weights.has(value.name));
  return { ...tapped, graph: { ...tapped.graph, inputs } };
}

/** A backbone computes in one type, that of its input. */
function elemTypeOf({ graph }: OnnxModel, name: string) {
  const declared = [...graph.outputs, ...graph.values].find((value) => value.name === name);
  return declared?.elemType ?? graph.inputs[0]?.elemType ?? "float32";
}

/** Maps of half the cells a side each, down to one cell. */
function pyramid(model: OnnxModel, first: MapSize): { model: OnnxModel; maps: MapSize[] } {
  const maps = [first];
  const g = graphOn(model);
  const dims = (map: MapSize) => ["N", map.channels, map.height, map.width];
  let name = g.input("map", "float32", dims(first));
  for (let map = first; Math.min(map.height, map.width) >= LEAST_SIDE; maps.push(map)) {
    // Three cells into one where the number is odd: what is left over at the border would be seen by no anchor.
    const kernel = [map.height, map.width].map((cells) => (cells % 2 === 0 ? 2 : 3));
    const [height, width] = [Math.floor(map.height / 2), Math.floor(map.width / 2)] as const;
    name = g.node(
      "AveragePool",
      [name],
      { kernel_shape: kernel, strides: [2, 2] },
      { output: `map_${maps.length}` },
    );
    map = { channels: map.channels, height, width };
    g.output(name, "float32", dims(map));
  }
  if (maps.length === 1) return { model, maps };
  return {
    model: appendGraph(model, g.build(), {
      connect: { map: "map_0" },
      prefix: "pyramid/",
      keepOutputs: ["map_0"],
    }),
    maps,
  };
}

/** Puts scaling and the order of colours into the network, as one convolution: it then takes RGB of 0 to 255. */
function withPreprocessing(model: OnnxModel, input: ImageInput, width: number, height: number): OnnxModel {
  const source = model.graph.inputs[0]!;
  if (source.elemType !== "float32" && source.elemType !== "float16") {
    throw new ModelError(
      `Its input is ${source.elemType}; a detector learns behind one of float32 or float16.`,
    );
  }
  const weight = new Float32Array(9);
  const bias = new Float32Array(3);
  for (let channel = 0; channel < 3; channel++) {
    const colour = input.channels === "RGB" ? channel : 2 - channel;
    weight[channel * 3 + colour] = input.scale / input.std[channel]!;
    bias[channel] = -input.mean[channel]! / input.std[channel]!;
  }
  const g = graphOn(model);
  const data = g.input("data", "float32", ["N", 3, height, width]);
  const names = [g.initializer("scale", [3, 3, 1, 1], weight), g.initializer("shift", [3], bias)];
  let prepared = g.node("Conv", [data, ...names]);
  if (source.elemType === "float16") prepared = g.node("Cast", [prepared], { to: 10 });
  g.output(prepared, source.elemType, ["N", 3, height, width]);
  const connect = { [source.name]: prepared };
  const joined = appendGraph(g.build(), { ...model, metadata: {} }, { connect, prefix: "backbone/" });
  return { ...joined, graph: pruneGraph(joined.graph) };
}

function rawInput(width: number, height: number): ImageInput {
  return { width, height, channels: "RGB", scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };
}

/** Name of the output that holds all maps of a picture in one row. */
const FEATURE_ROW = "feature_row";

/** The backbone with all maps of a picture in one row, cell after cell: what heads are trained on. */
export function featureRows(backbone: MapBackbone): FeatureModel {
  const { name, input } = backbone;
  return { name, input, bytes: writeModel(featureRowModel(backbone)), output: FEATURE_ROW };
}

function featureRowModel(backbone: MapBackbone): OnnxModel {
  const { g, maps, connect } = behindMaps(backbone);
  const parts = maps.map((map) =>
    g.node("Flatten", [g.node("Transpose", [map], { perm: [0, 2, 3, 1] })], { axis: 1 }),
  );
  g.output(g.node("Concat", parts, { axis: 1 }, { output: FEATURE_ROW }), "float32", ["N", "values"]);
  return appendGraph(backbone.model, g.build(), { connect, prefix: "row/" });
}

/** The backbone with a whitening behind each of its maps: a convolution of one cell. */
export function withWhitening(backbone: MapBackbone, whitening: readonly Whitening[]): MapBackbone {
  const { g, maps, connect } = behindMaps(backbone);
  for (const [index, map] of maps.entries()) {
    const { mean, matrix } = whitening[index]!;
    const { channels, height, width } = backbone.levels[index]!;
    const means = g.initializer(`mean_${index}`, [1, channels, 1, 1], Float32Array.from(mean));
    const dims = [channels, channels, 1, 1];
    const weight = g.initializer(`matrix_${index}`, dims, Float32Array.from(matrix));
    const apart = g.node("Sub", [map, means]);
    const even = g.node("Conv", [apart, weight], {}, { output: `even_${index}` });
    g.output(even, "float32", ["N", channels, height, width]);
  }
  return { ...backbone, model: appendGraph(backbone.model, g.build(), { connect, prefix: "even/" }) };
}

/** A graph to be put behind a backbone: its inputs are the backbone's maps. */
export function behindMaps({ model, levels }: MapBackbone): {
  readonly g: GraphBuilder;
  readonly maps: readonly string[];
  readonly connect: Readonly<Record<string, string>>;
} {
  const g = graphOn(model);
  const maps = levels.map(({ channels, height, width }, index) =>
    g.input(`in_${index}`, "float32", ["N", channels, height, width]),
  );
  const connect = Object.fromEntries(maps.map((map, index) => [map, model.graph.outputs[index]!.name]));
  return { g, maps, connect };
}

/** An empty graph that can be put behind a model. */
function graphOn({ opsets, irVersion }: OnnxModel): GraphBuilder {
  return graphBuilder({ opset: opsets[""] ?? 17, irVersion });
}
