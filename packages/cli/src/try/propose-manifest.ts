import { describeModel, readModel } from "@sightline/onnx";
import { isRow, proposeClassifier } from "./propose-classifier.js";
import { proposeDetector } from "./propose-detector.js";
import type { ProposedManifest } from "./proposed-manifest.js";

/** What exporters of YOLO call the task of a model that finds something. */
const DETECTING = /^(detect|segment|pose|obb)$/;

/**
 * What `serve` needs to know of a model, read from its inputs, outputs, operators and metadata as far as they tell.
 *
 * @param file name of the ONNX file
 * @throws CliError for a model that takes no picture, that is neither a classifier nor a known detector, or whose number of
 *   classes cannot be told
 * @throws OnnxError for what is no model
 */
export function proposeManifest(file: string, bytes: Uint8Array): ProposedManifest {
  const description = describeModel(bytes);
  const model = readModel(bytes);
  const isClassifier = model.graph.outputs.some(isRow) && !DETECTING.test(model.metadata.task ?? "");
  const detector = proposeDetector(file, description, isClassifier);
  return detector ?? proposeClassifier(file, model);
}
