import type { ImageInput } from "@sightline/contract/image-input";
import {
  type OnnxGraph,
  type OnnxModel,
  type OnnxTensor,
  type OnnxValue,
  tensorNumbers,
} from "@sightline/onnx";
import { CliError } from "../errors.js";

/** Side in pixels where the model takes any: that of most ImageNet classifiers. */
const USUAL_SIDE = 224;
/** torchvision brings the shorter side to 256 before it cuts 224 out. */
const USUAL_MARGIN = 256 / 224;
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/**
 * How pictures become a classifier's input, from its shape, the operators that it begins with and its metadata.
 *
 * @param guesses gets a sentence for each thing that the file does not say
 * @throws CliError for a model that takes no picture
 */
export function proposeInput({ graph, metadata }: OnnxModel, guesses: string[]): ImageInput {
  const input = pictureInput(graph);
  const { shape } = input;
  const layout = shape[1] !== 3 && shape[3] === 3 ? "NHWC" : "NCHW";
  const [height, width] = (layout === "NCHW" ? shape.slice(2) : shape.slice(1, 3)).map((side) =>
    typeof side === "number" ? side : USUAL_SIDE,
  ) as [number, number];
  const free = (layout === "NCHW" ? shape.slice(2) : shape.slice(1, 3)).some(
    (side) => typeof side !== "number",
  );
  if (free) guesses.push(`It takes pictures of any size: ${width} x ${height} pixels, as most do.`);
  guesses.push("Channels are RGB.");
  const isYolo = metadata.task === "classify";
  return {
    width,
    height,
    ...fitOf(layout, Math.max(width, height), isYolo, guesses),
    ...(layout === "NHWC" ? { layout } : {}),
    channels: "RGB",
    ...normalisation(graph, input, layout, isYolo, guesses),
  };
}

function pictureInput({ inputs, initializers }: OnnxGraph): OnnxValue {
  const weights = new Set(initializers.map(({ name }) => name));
  const fed = inputs.filter(({ name }) => !weights.has(name));
  const [input] = fed;
  if (fed.length === 1 && input!.shape.length === 4) {
    const { shape } = input!;
    if (shape[1] === 3 || shape[3] === 3 || shape.every((side) => typeof side === "string")) return input!;
  }
  const seen = fed.map(({ name, shape }) => `${name}[${shape.join(",")}]`).join(", ");
  throw new CliError(
    `The model takes ${seen || "nothing"}; a picture is one input of [N,3,height,width] or [N,height,width,3]. Join the rest into the model first.`,
  );
}

function fitOf(
  layout: string,
  side: number,
  isYolo: boolean,
  guesses: string[],
): Pick<ImageInput, "fit" | "resize" | "resample"> {
  if (isYolo) {
    guesses.push(
      "Pictures are cut to the middle, as YOLO's classifiers have them: fit crop, resample bilinear.",
    );
    return { fit: "crop", resample: "bilinear" };
  }
  if (layout === "NHWC") {
    guesses.push("Pictures are stretched, as Keras loads them: fit stretch, resample bilinear.");
    return { fit: "stretch", resample: "bilinear" };
  }
  const resize = Math.round(side * USUAL_MARGIN);
  guesses.push(
    `Pictures are brought to ${resize} pixels on the shorter side and cut to the middle, as torchvision has them: fit crop, resize ${resize}.`,
  );
  return { fit: "crop", resize, resample: "bilinear" };
}

type Normalisation = Pick<ImageInput, "scale" | "mean" | "std">;

const PLAIN = { mean: [0, 0, 0], std: [1, 1, 1] } as const;

function normalisation(
  graph: OnnxGraph,
  { name, elemType }: OnnxValue,
  layout: string,
  isYolo: boolean,
  guesses: string[],
): Normalisation {
  if (elemType === "uint8") return { scale: 1, ...PLAIN };
  const own = ownNormalisation(graph, name);
  if (own) {
    const range = own.takesBytes ? "0 to 255" : "0 to 1";
    guesses.push(`It begins with ${own.operator}, so it normalises by itself: values of ${range}, no mean.`);
    return { scale: own.takesBytes ? 1 : 1 / 255, ...PLAIN };
  }
  if (isYolo) {
    guesses.push("Values are 0 to 1, as YOLO's classifiers have them.");
    return { scale: 1 / 255, ...PLAIN };
  }
  if (layout === "NHWC") {
    guesses.push("Values are -1 to 1, as TensorFlow's models in NHWC have them: scale 1/127.5, mean 1.");
    return { scale: 1 / 127.5, mean: [1, 1, 1], std: [1, 1, 1] };
  }
  guesses.push("Values are 0 to 1, then ImageNet's mean and deviation, as torchvision has them.");
  return { scale: 1 / 255, ...IMAGENET };
}

/** Operators that only hand pixels on. */
const HANDING_ON = new Set(["Identity", "Transpose", "Cast", "Reshape"]);
const NORMALISING = /^(Sub|Div|Mul|Add|BatchNormalization)$/;

/** What a model does to its pixels first, where that is to bring them into a range. */
function ownNormalisation(
  { nodes, initializers }: OnnxGraph,
  input: string,
): { readonly operator: string; readonly takesBytes: boolean } | undefined {
  let name = input;
  for (;;) {
    const node = nodes.find(({ inputs }) => inputs.includes(name));
    if (!node) return undefined;
    if (HANDING_ON.has(node.opType)) {
      name = node.outputs[0]!;
      continue;
    }
    if (!NORMALISING.test(node.opType)) return undefined;
    // The running mean is a BatchNormalization's fourth input.
    const constant =
      node.opType === "BatchNormalization" ? node.inputs[3] : node.inputs.find((one) => one !== name);
    const tensor = constantOf(constant ?? "", nodes, initializers);
    return { operator: node.opType, takesBytes: tensor !== undefined && isForBytes(node.opType, tensor) };
  }
}

function constantOf(
  name: string,
  nodes: OnnxGraph["nodes"],
  initializers: OnnxGraph["initializers"],
): OnnxTensor | undefined {
  const found = initializers.find((tensor) => tensor.name === name);
  if (found) return found.external ? undefined : found;
  const node = nodes.find(({ opType, outputs }) => opType === "Constant" && outputs.includes(name));
  const value = node?.attributes.find((attribute) => attribute.name === "value");
  return value?.type === "tensor" ? value.value : undefined;
}

/** Of a value of 0 to 1 nobody takes 2 away, nor multiplies it with a fiftieth. */
function isForBytes(operator: string, tensor: OnnxTensor): boolean {
  const largest = Math.max(...Array.from(tensorNumbers(tensor), (value) => Math.abs(Number(value))));
  return operator === "Mul" ? largest < 0.02 : largest > 2;
}
