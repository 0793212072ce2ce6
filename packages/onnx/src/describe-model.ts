import { MalformedModelError } from "./errors.js";
import type { OnnxValue } from "./model.js";
import { decodeMessage, fromLong } from "./proto.js";
import { checkSize, NO_GRAPH, opsetsOf, type ReadModelOptions } from "./read-model.js";
import { metadataOf, readValue } from "./read-value.js";

/** What a caller needs to feed a model and read its answer. */
export interface ModelDescription {
  /** What must be fed; initializers are not listed. */
  readonly inputs: readonly OnnxValue[];
  /** What it gives, in the file's order. */
  readonly outputs: readonly OnnxValue[];
  /** `metadata_props`: free text by key, such as class names. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Version of the file format (IR). */
  readonly irVersion: number;
  /** Operator set versions by domain; `""` is ONNX's own. */
  readonly opsets: Readonly<Record<string, number>>;
}

/**
 * Inputs, outputs and metadata of a model, without decoding its operators and weights.
 *
 * @throws MalformedModelError when the bytes are no ONNX model, are cut short, or exceed `maxBytes`.
 */
export function describeModel(bytes: Uint8Array, options: ReadModelOptions = {}): ModelDescription {
  checkSize(bytes, options);
  const wire = decodeMessage("ModelSummary", bytes);
  if (!wire.graph) throw new MalformedModelError(NO_GRAPH);
  const initializers = new Set((wire.graph.initializer ?? []).map(({ name }) => name));
  return {
    inputs: (wire.graph.input ?? []).filter(({ name }) => !initializers.has(name)).map(readValue),
    outputs: (wire.graph.output ?? []).map(readValue),
    metadata: metadataOf(wire.metadataProps),
    irVersion: Number(fromLong(wire.irVersion)),
    opsets: opsetsOf(wire),
  };
}

/**
 * A model's `metadata_props` alone (class names, stride, task), which ONNX Runtime's JavaScript API does not expose.
 *
 * @throws MalformedModelError when the bytes are no valid protobuf or exceed `maxBytes`.
 */
export function readMetadata(bytes: Uint8Array, options: ReadModelOptions = {}): Record<string, string> {
  checkSize(bytes, options);
  return metadataOf(decodeMessage("MetadataOnly", bytes).metadataProps);
}
