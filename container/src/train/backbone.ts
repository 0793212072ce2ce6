import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { type ImageInput, readImageInput } from "@sightline/contract/image-input";
import { describeModel, type ModelDescription, OnnxError } from "@sightline/onnx";
import { IMAGENET_INPUT } from "../image/image-input.js";
import { JobInputError, ModelError, messageOf } from "../shared/errors.js";
import { isRecord, readJsonFile } from "../shared/read-json.js";
import { type CellBackbone, cellFeatures } from "./cell-features.js";
import type { TrainingChannels } from "./channels.js";
import { embedWeights } from "./embed-weights.js";
import { buildFilterBank, FILTER_BANK_INPUT } from "./filter-bank.js";

/** The frozen part of the model: pixels in, features out. */
export interface Backbone {
  /** File name, or "filter-bank" for the one built by code. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly input: ImageInput;
  /** Name of the output that holds the features. */
  readonly features: string;
  /** What had to be assumed, for the log. */
  readonly notes: readonly string[];
}

/**
 * The backbone of channel `backbone`, or the built-in filter bank.
 *
 * @param shape sides for a backbone whose input size is free
 * @throws JobInputError when the file is no usable model, or its preprocessing is wrong
 */
export async function loadBackbone(
  channels: TrainingChannels,
  shape: readonly [channels: number, height: number, width: number],
): Promise<Backbone> {
  if (channels.backbone === undefined) {
    const bytes = buildFilterBank();
    const notes = [
      'no channel "backbone": features come from the built-in fixed filter bank, which knows shapes and colours but nothing of the world; give an ImageNet backbone for photographs',
    ];
    return {
      name: "filter-bank",
      bytes,
      sha256: digest(bytes),
      input: FILTER_BANK_INPUT,
      features: "features",
      notes,
    };
  }
  return await withCells(await readBackbone(channels, channels.backbone, shape));
}

/** Averages over cells of the picture instead of the whole picture, where the model allows it. */
async function withCells(backbone: Backbone): Promise<Backbone> {
  let cells: CellBackbone | undefined;
  try {
    cells = await cellFeatures(backbone.bytes, backbone.features, backbone.input);
  } catch (cause) {
    if (!(cause instanceof ModelError || cause instanceof OnnxError)) throw cause;
    throw new JobInputError(`Channel "backbone": ${backbone.name} is not usable. ${messageOf(cause)}`, {
      cause,
    });
  }
  if (!cells) return backbone;
  const { side, map } = cells;
  const [channels, height, width] = map;
  const note = `features are averages of the ${width}x${height} map of ${channels} channels behind "${backbone.features}" over ${side} x ${side} cells of the picture`;
  return {
    ...backbone,
    bytes: cells.bytes,
    features: cells.features,
    notes: [...backbone.notes, note],
  };
}

/** The backbone of the channel as it is, with features of the whole picture. @throws JobInputError */
export async function readBackbone(
  channels: TrainingChannels,
  path: string,
  shape: readonly [channels: number, height: number, width: number],
): Promise<Backbone> {
  const name = basename(path);
  let bytes: Uint8Array;
  let description: ModelDescription;
  try {
    bytes = await embedWeights(await readFile(path), dirname(path));
    description = describeModel(bytes);
  } catch (cause) {
    throw new JobInputError(`Channel "backbone": ${name} is not usable. ${messageOf(cause)}`, { cause });
  }
  if (channels.preprocess !== undefined) {
    const { input, features } = await readPreprocess(channels.preprocess);
    requireOutput(description, features, name);
    return { name, bytes, sha256: digest(bytes), input, features, notes: [] };
  }
  const features = guessFeatures(description, name);
  const [height, width] = modelSides(description, shape);
  const input = { ...IMAGENET_INPUT, width, height };
  const notes = [
    `no ${name.replace(/\.onnx$/, ".preprocess.json")} beside the backbone: assumed ImageNet's RGB, 0 to 1, mean ${input.mean.join(",")}, std ${input.std.join(",")}, ${width}x${height}, features "${features}"`,
  ];
  return { name, bytes, sha256: digest(bytes), input, features, notes };
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function readPreprocess(path: string): Promise<{ input: ImageInput; features: string }> {
  const what = `Channel "backbone": ${basename(path)}`;
  const value = await readJsonFile(path, what);
  if (!isRecord(value)) throw new JobInputError(`${what} must hold an object {input, features}.`);
  const input = readImageInput(value.input, ({ message }) => {
    throw new JobInputError(`${what}: ${message}`);
  });
  if (input.layout === "NHWC")
    throw new JobInputError(
      `${what}: input.layout is NHWC, but only NCHW is trained on. Convert the backbone.`,
    );
  if (typeof value.features !== "string" || value.features === "") {
    throw new JobInputError(
      `${what}: "features" must name the output that holds the features, not ${JSON.stringify(value.features)}.`,
    );
  }
  return { input, features: value.features };
}

function requireOutput({ outputs }: ModelDescription, features: string, name: string): void {
  if (!outputs.some((output) => output.name === features)) {
    throw new JobInputError(
      `Channel "backbone": ${name} has no output "${features}"; it has ${outputs.map((output) => output.name).join(", ")}.`,
    );
  }
}

function guessFeatures({ outputs }: ModelDescription, name: string): string {
  const named = outputs.find((output) => output.name === "features");
  if (named) return named.name;
  if (outputs.length === 1) return outputs[0]!.name;
  throw new JobInputError(
    `Channel "backbone": ${name} has the outputs ${outputs.map((output) => output.name).join(", ")}. Say which holds the features in ${name.replace(/\.onnx$/, ".preprocess.json")}.`,
  );
}

/** Height and width that the model fixes, or those of `image_shape`. */
function modelSides(
  { inputs }: ModelDescription,
  shape: readonly [number, number, number],
): [number, number] {
  const side = (axis: 2 | 3, fallback: number): number => {
    const size = inputs[0]?.shape[axis];
    return typeof size === "number" && size > 0 ? size : fallback;
  };
  return [side(2, shape[1]), side(3, shape[2])];
}
