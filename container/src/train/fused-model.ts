import { appendGraph, graphBuilder, type OnnxModel, readModel, writeModel } from "@sightline/onnx";
import { JobInputError, messageOf } from "../shared/errors.js";
import type { Answers } from "./answers.js";
import type { Backbone } from "./backbone.js";
import type { Standardisation } from "./feature-set.js";
import type { Head } from "./head.js";

/** Output of the fused model: float32 [N, classes], one probability for each class. */
export const PROBABILITIES = "probabilities";

/**
 * One ONNX file that takes the backbone's input and answers class probabilities: backbone, standardisation and head
 * (folded into one matrix) and softmax or sigmoid. What the backbone computes besides is left out.
 */
export function fuseModel(
  backbone: Backbone,
  standardisation: Standardisation,
  head: Head,
  operator: Answers["operator"],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const model = readModel(backbone.bytes);
  const opset = headOpset(model, backbone.name);
  const features = model.graph.outputs.find(({ name }) => name === backbone.features);
  const g = graphBuilder({ name: "head", opset, irVersion: model.irVersion, metadata });
  const elemType = features?.elemType ?? "float32";
  let rows = g.input("features", elemType, features?.shape ?? []);
  if (elemType === "float16") rows = g.node("Cast", [rows], { to: 1 });
  // The host flattens whatever shape the features have, so the graph does the same: [N, everything else].
  rows = g.node("Flatten", [rows], { axis: 1 });
  const { weight, bias } = foldStandardisation(head, standardisation);
  const gemm = g.node("Gemm", [
    rows,
    g.initializer("weight", [head.width, head.classes], weight),
    g.initializer("bias", [head.classes], bias),
  ]);
  const batch = model.graph.inputs[0]?.shape[0] ?? "N";
  g.output(
    g.node(operator, [gemm], operator === "Softmax" ? { axis: 1 } : {}, { output: PROBABILITIES }),
    "float32",
    [batch, head.classes],
  );
  const fused = appendGraph(model, g.build(), { connect: { features: backbone.features } });
  return writeModel({
    ...fused,
    producerName: "sightline",
    graph: { ...fused.graph, inputs: dataInputs(fused) },
  });
}

/** From IR version 4 on, weights need not be inputs as well; ONNX Runtime optimises only those that are not. */
function dataInputs({ graph, irVersion }: OnnxModel): OnnxModel["graph"]["inputs"] {
  if (irVersion < 4) return graph.inputs;
  const initializers = new Set(graph.initializers.map(({ name }) => name));
  return graph.inputs.filter(({ name }) => !initializers.has(name));
}

/** (x - mean) * factor . w + b  =  x . (factor * w) + (b - mean . (factor * w)), transposed for Gemm. */
function foldStandardisation(
  head: Head,
  { mean, factor }: Standardisation,
): { weight: Float32Array; bias: Float32Array } {
  const weight = new Float32Array(head.width * head.classes);
  const bias = new Float32Array(head.classes);
  for (let c = 0; c < head.classes; c++) {
    let offset = head.bias[c]!;
    for (let i = 0; i < head.width; i++) {
      const folded = head.weight[c * head.width + i]! * factor[i]!;
      weight[i * head.classes + c] = folded;
      offset -= folded * mean[i]!;
    }
    bias[c] = offset;
  }
  return { weight, bias };
}

function headOpset(model: OnnxModel, name: string): number {
  const opset = model.opsets[""] ?? 1;
  if (opset < 7) {
    throw new JobInputError(
      `Channel "backbone": ${name} uses version ${opset} of ONNX's operators; at least 7 is needed. Convert it.`,
    );
  }
  return opset;
}

/** Refuses a backbone that cannot be fused before any time is spent on features. */
export function checkFusable(backbone: Backbone): void {
  try {
    headOpset(readModel(backbone.bytes), backbone.name);
  } catch (cause) {
    if (cause instanceof JobInputError) throw cause;
    throw new JobInputError(`Channel "backbone": ${backbone.name} is not usable. ${messageOf(cause)}`, {
      cause,
    });
  }
}
