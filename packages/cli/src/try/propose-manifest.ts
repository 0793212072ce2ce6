import type { ClassificationManifest, ModelManifest } from "@sightline/contract/manifest";
import type { OnnxGraph, OnnxModel, OnnxValue } from "@sightline/onnx";
import { CliError } from "../errors.js";
import { labelsOf } from "./metadata-labels.js";

/** A manifest for a bare model. */
export interface ProposedManifest {
  readonly manifest: ModelManifest;
  /** What the file does not say, and what was taken instead, a sentence each. */
  readonly guesses: readonly string[];
}

/** Side in pixels where the model takes any: that of most ImageNet classifiers. */
const USUAL_SIDE = 224;
/** torchvision brings the shorter side to 256 before it cuts 224 out. */
const USUAL_MARGIN = 256 / 224;
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
/** Operators that leave logits as they are. */
const PASSING = new Set(["Reshape", "Flatten", "Squeeze", "Identity", "Cast"]);

/**
 * What `serve` needs to know of a model, read from its inputs, outputs, operators and metadata as far as they tell.
 *
 * @param file name of the ONNX file
 * @throws CliError for a model that takes no picture, or whose number of classes cannot be told
 */
export function proposeManifest(file: string, model: OnnxModel): ProposedManifest {
  const { graph, metadata } = model;
  const input = pictureInput(graph);
  const detector = metadata.task === "detect" || !graph.outputs.some(isRow);
  const guesses: string[] = [];
  if (detector) {
    guesses.push("No output has one value a class, so it is taken for a detector: task video-markup.");
    return { manifest: { schemaVersion: 1, task: "video-markup", model: file }, guesses };
  }
  const output = graph.outputs.find(isRow)!;
  const rows = graph.outputs.filter(isRow).length;
  if (rows > 1)
    guesses.push(`Of ${rows} outputs with one value a class the first is read: output "${output.name}".`);
  const activation = activationOf(graph, output.name);
  if (activation === "softmax") {
    guesses.push(
      `Output "${output.name}" does not come from a Softmax, so it is taken for logits: activation softmax.`,
    );
  }
  const labels = labelsOf(metadata) ?? numbered(output, guesses);
  const manifest: ClassificationManifest = {
    schemaVersion: 1,
    task: "image-classification",
    model: file,
    labels,
    input: inputOf(input, graph, guesses),
    ...(graph.outputs.length > 1 ? { output: output.name } : {}),
    ...(activation === "softmax" ? { activation } : {}),
  };
  return { manifest, guesses };
}

function pictureInput({ inputs, initializers }: OnnxGraph): OnnxValue {
  const weights = new Set(initializers.map(({ name }) => name));
  const fed = inputs.filter(({ name }) => !weights.has(name));
  const [input] = fed;
  if (fed.length === 1 && input!.shape.length === 4 && input!.shape.includes(3)) return input!;
  const seen = fed.map(({ name, shape }) => `${name}[${shape.join(",")}]`).join(", ");
  throw new CliError(
    `The model takes ${seen || "nothing"}; a picture is one input of [N,3,height,width] or [N,height,width,3]. Join the rest into the model first.`,
  );
}

/** `[N, classes]`, or the same with a map of one pixel behind. */
function isRow({ shape }: OnnxValue): boolean {
  return shape.length === 2 || (shape.length === 4 && shape[2] === 1 && shape[3] === 1);
}

function activationOf({ nodes }: OnnxGraph, output: string): "softmax" | "none" {
  let name = output;
  for (;;) {
    const node = nodes.find(({ outputs }) => outputs.includes(name));
    if (node === undefined) return "softmax";
    if (!PASSING.has(node.opType)) return /^(Softmax|Sigmoid)$/.test(node.opType) ? "none" : "softmax";
    name = node.inputs[0]!;
  }
}

function numbered({ name, shape }: OnnxValue, guesses: string[]): string[] {
  const classes = shape[1];
  if (typeof classes !== "number") {
    throw new CliError(
      `Output "${name}" does not say how many classes there are. Put a manifest.json with "labels" beside the model.`,
    );
  }
  guesses.push(`The file has no class names: labels are the ids 0 to ${classes - 1}.`);
  return Array.from({ length: classes }, (_, id) => String(id));
}

function inputOf(
  { elemType, shape }: OnnxValue,
  { nodes }: OnnxGraph,
  guesses: string[],
): ClassificationManifest["input"] {
  const layout = shape[1] === 3 ? "NCHW" : "NHWC";
  const sides = layout === "NCHW" ? shape.slice(2) : shape.slice(1, 3);
  const [height, width] = sides.map((side) => (typeof side === "number" ? side : USUAL_SIDE)) as [
    number,
    number,
  ];
  if (sides.some((side) => typeof side !== "number")) {
    guesses.push(`It takes pictures of any size: ${width} x ${height} pixels, as most do.`);
  }
  const resize = Math.round(Math.max(width, height) * USUAL_MARGIN);
  guesses.push(
    `Pictures are brought to ${resize} pixels on the shorter side and cut to the middle: fit crop, resize ${resize}.`,
    "Channels are RGB.",
  );
  return {
    width,
    height,
    fit: "crop",
    resize,
    ...(layout === "NHWC" ? { layout } : {}),
    channels: "RGB",
    ...normalisation(elemType, layout, nodes[0]?.opType ?? "", guesses),
  };
}

type Normalisation = Pick<ClassificationManifest["input"], "scale" | "mean" | "std">;

function normalisation(elemType: string, layout: string, first: string, guesses: string[]): Normalisation {
  const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
  if (elemType === "uint8") return { scale: 1, ...plain };
  if (/^(Sub|Div|Mul|Add|BatchNormalization|Cast)$/.test(first)) {
    guesses.push(`It begins with ${first}, so it normalises by itself: values of 0 to 1, no mean.`);
    return { scale: 1 / 255, ...plain };
  }
  if (layout === "NHWC") {
    guesses.push("Values are -1 to 1, as TensorFlow's models in NHWC have them: scale 1/127.5, mean 1.");
    return { scale: 1 / 127.5, mean: [1, 1, 1], std: [1, 1, 1] };
  }
  guesses.push("Values are 0 to 1, then ImageNet's mean and deviation, as torchvision has them.");
  return { scale: 1 / 255, ...IMAGENET };
}
