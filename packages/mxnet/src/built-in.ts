import type { OnnxModel } from "@sightline/onnx";
import { convertModel } from "./convert.js";
import { MalformedMxnetError } from "./errors.js";
import { readParams } from "./params.js";
import { readSymbol } from "./symbol.js";

/** A model of a built-in algorithm as ONNX, and what must be known to feed it. */
export interface BuiltInModel {
  /** What the model was trained for. */
  readonly task: "image-classification" | "object-detection";
  /** The network: input `data` [N, channels, height, width]; RGB pixels of 0 to 255 as they are. */
  readonly model: OnnxModel;
  /** Number of classes, without the detector's background. */
  readonly classes: number;
  /** Channels, height and width in pixels; pictures are stretched to it. */
  readonly inputShape: readonly [channels: number, height: number, width: number];
  /** File of weights that was taken: the last epoch's, where there are several. */
  readonly params: string;
}

/**
 * Converts what a training job of SageMaker's built-in image classification or object detection (both MXNet) left in
 * its `model.tar.gz`. A classifier gives `softmax` [N, classes]; a detector `detection` [N, nms_topk, 6] with rows
 * class, score, x0, y0, x1, y1 in 0-1, where class -1 is no box. The network keeps its preprocessing inside: pictures
 * go in as RGB of 0 to 255. Class names are not in the archive.
 *
 * @param names names of the files in the archive
 * @param read gives the bytes of one of them
 * @throws {MalformedMxnetError} when files are missing or do not fit together
 * @throws {UnsupportedOperatorError} when the network has an operator that is not converted
 */
export async function convertBuiltIn(
  names: readonly string[],
  read: (name: string) => Promise<Uint8Array>,
): Promise<BuiltInModel> {
  const symbols = names.filter((name) => name.endsWith("-symbol.json"));
  const symbolName = symbols.find((name) => !/(^|\/)deploy_/.test(name)) ?? symbols[0];
  if (symbolName === undefined) {
    throw new MalformedMxnetError(
      `There is no ...-symbol.json among ${names.join(", ") || "no files"}: this is no model of MXNet.`,
    );
  }
  const text = async (name: string) => new TextDecoder().decode(await read(name));
  const symbol = readSymbol(await text(symbolName));
  const params = lastEpoch(names, symbolName);
  const weights = readParams(await read(params));
  const detection = symbol.nodes.find(({ op }) => op.endsWith("MultiBoxDetection"));
  if (detection === undefined) {
    const shapes = names.find((name) => name.endsWith("model-shapes.json"));
    if (shapes === undefined) {
      throw new MalformedMxnetError(
        `model-shapes.json is missing, which tells the size of pictures: it lies beside ${symbolName} in the archive.`,
      );
    }
    const inputShape = shapeOf(await text(shapes));
    const metadata = { task: "image-classification", source: "mxnet" };
    const model = convertModel(symbol, weights, { inputShape, metadata });
    return { task: "image-classification", model, classes: lastSize(model), inputShape, params };
  }
  const hyperparameters = names.find((name) => name.endsWith("hyperparams.json"));
  if (hyperparameters === undefined) {
    throw new MalformedMxnetError(
      `hyperparams.json is missing, which tells the size of pictures: it lies beside ${symbolName} in the archive.`,
    );
  }
  const { side, classes } = detectorShape(await text(hyperparameters));
  const inputShape = [3, side, side] as const;
  // The names of an SSD's metadata are those that the mark-up of videos looks for.
  const metadata = { task: "detect", layout: "mxnet-ssd", source: "mxnet", classes: String(classes) };
  const model = convertModel(symbol, weights, { inputShape, output: detection.name, metadata });
  return { task: "object-detection", model, classes, inputShape, params };
}

/** `NAME-0007.params` of `NAME-symbol.json` with the highest number. */
function lastEpoch(names: readonly string[], symbolName: string): string {
  const start = symbolName.slice(0, -"symbol.json".length);
  const epochs = names
    .filter((name) => name.startsWith(start) && /^\d+\.params$/.test(name.slice(start.length)))
    .sort((a, b) => Number.parseInt(a.slice(start.length), 10) - Number.parseInt(b.slice(start.length), 10));
  const last = epochs.at(-1);
  if (last === undefined) {
    throw new MalformedMxnetError(
      `There is no ${start}NNNN.params beside ${symbolName}: the weights are missing.`,
    );
  }
  return last;
}

/** The classifier's `[{"shape": [batch, channels, height, width], "name": "data"}]`. */
function shapeOf(text: string): readonly [number, number, number] {
  const entries = parse(text, "model-shapes.json") as readonly {
    readonly name?: unknown;
    readonly shape?: unknown;
  }[];
  const shape = Array.isArray(entries) ? entries.find(({ name } = {}) => name === "data")?.shape : undefined;
  if (!Array.isArray(shape) || shape.length !== 4 || !shape.every(Number.isInteger)) {
    throw new MalformedMxnetError(
      `model-shapes.json gives no shape [batch, channels, height, width] of "data".`,
    );
  }
  return [shape[1], shape[2], shape[3]];
}

/** The detector's hyperparameters, all of them texts. */
function detectorShape(text: string): { readonly side: number; readonly classes: number } {
  const { image_shape, num_classes } = (parse(text, "hyperparams.json") ?? {}) as Readonly<
    Record<string, unknown>
  >;
  const [side, classes] = [Number(image_shape), Number(num_classes)];
  if (!Number.isInteger(side) || !Number.isInteger(classes) || side < 1 || classes < 1) {
    throw new MalformedMxnetError(
      `hyperparams.json gives image_shape ${image_shape} and num_classes ${num_classes}; both must be whole numbers.`,
    );
  }
  return { side, classes };
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedMxnetError(`${name} is no JSON: ${(cause as Error).message}`, { cause });
  }
}

function lastSize(model: OnnxModel): number {
  const size = model.graph.outputs[0]!.shape.at(-1);
  return typeof size === "number" ? size : 0;
}
