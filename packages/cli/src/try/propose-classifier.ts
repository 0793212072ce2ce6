import type { Activation, ClassificationManifest } from "@sightline/contract/manifest";
import type { OnnxGraph, OnnxModel, OnnxValue } from "@sightline/onnx";
import { CliError } from "../errors.js";
import { proposeInput } from "./classifier-input.js";
import { labelsOf } from "./metadata-labels.js";
import type { ProposedManifest } from "./proposed-manifest.js";

/** Operators that leave logits as they are. */
const PASSING = new Set(["Reshape", "Flatten", "Squeeze", "Identity", "Cast"]);

/**
 * The manifest of a model that answers one value a class.
 *
 * @throws CliError for a model that takes no picture, or whose number of classes cannot be told
 */
export function proposeClassifier(file: string, model: OnnxModel): ProposedManifest {
  const { graph, metadata } = model;
  const guesses: string[] = [];
  const input = proposeInput(model, guesses);
  const output = graph.outputs.find(isRow)!;
  const rows = graph.outputs.filter(isRow).length;
  if (rows > 1)
    guesses.push(`Of ${rows} outputs with one value a class the first is read: output "${output.name}".`);
  const activation = activationOf(graph, output.name, guesses);
  const manifest: ClassificationManifest = {
    schemaVersion: 1,
    task: "image-classification",
    model: file,
    labels: namesOf(metadata, output, guesses),
    input,
    ...(graph.outputs.length > 1 ? { output: output.name } : {}),
    ...(activation === undefined ? {} : { activation }),
  };
  return { manifest, guesses };
}

/** Whether an output is `[N, classes]`, or the same with a map of one pixel behind. */
export function isRow({ shape }: OnnxValue): boolean {
  return shape.length === 2 || (shape.length === 4 && shape[2] === 1 && shape[3] === 1);
}

/** Undefined for a Softmax, whose values are answered as they are and must add up to 1. */
function activationOf({ nodes }: OnnxGraph, output: string, guesses: string[]): Activation | undefined {
  let name = output;
  for (;;) {
    const node = nodes.find(({ outputs }) => outputs.includes(name));
    if (node?.opType === "Softmax") return undefined;
    if (node?.opType === "Sigmoid") {
      guesses.push(`Output "${output}" comes from a Sigmoid: each class by itself, activation none.`);
      return "none";
    }
    if (node === undefined || !PASSING.has(node.opType)) break;
    name = node.inputs[0]!;
  }
  guesses.push(
    `Output "${output}" does not come from a Softmax, so it is taken for logits: activation softmax.`,
  );
  return "softmax";
}

function namesOf(
  metadata: Readonly<Record<string, string>>,
  { name, shape }: OnnxValue,
  guesses: string[],
): string[] {
  const labels = labelsOf(metadata);
  const classes = shape[1];
  if (typeof classes !== "number") {
    if (labels) return labels;
    throw new CliError(
      `Output "${name}" does not say how many classes there are. Put a manifest.json with "labels" beside the model.`,
    );
  }
  if (labels?.length === classes) return labels;
  guesses.push(
    labels
      ? `The file names ${labels.length} classes, but output "${name}" has ${classes}: labels are the ids 0 to ${classes - 1}.`
      : `The file has no class names: labels are the ids 0 to ${classes - 1}.`,
  );
  return Array.from({ length: classes }, (_, id) => String(id));
}
