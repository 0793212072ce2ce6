import type { ObjectDetectionManifest } from "@sightline/contract/manifest";
import { ModelError } from "../shared/errors.js";
import type { PictureTask } from "./picture-service.js";

/** Class, score, left, top, right, bottom. */
const COLUMNS = 6;

/** The boxes of a picture, best first: class id, score 0 to 1, left, top, right and bottom as shares of its sides. */
export interface Prediction {
  readonly prediction: readonly (readonly number[])[];
}

/** Object detection: `{"prediction": [[class, score, x0, y0, x1, y1], ...]}`, as the built-in algorithm answers. */
export function detectionTask(manifest: ObjectDetectionManifest): PictureTask {
  const { model, input, output, labels } = manifest;
  return {
    does: "finds objects in images",
    model,
    input,
    ...(output === undefined ? {} : { output }),
    types: ["application/json", "application/jsonlines"],
    check(values) {
      if (values.length % COLUMNS !== 0) {
        throw new ModelError(
          `The model answers ${values.length} values a picture, which are no rows of ${COLUMNS}: class, score, left, top, right, bottom. Name such an output as "output" in manifest.json.`,
        );
      }
      const unnamed = predictionOf(values).prediction.find(([id]) => id! >= labels.length);
      if (unnamed) {
        throw new ModelError(
          `The model answers class ${unnamed[0]}, but manifest.json names ${labels.length} labels.`,
        );
      }
    },
    // A line of JSON lines is the same.
    textOf: (values) => JSON.stringify(predictionOf(values)),
  };
}

/** The rows that are boxes: class -1 is none. */
function predictionOf(values: Float32Array): Prediction {
  const prediction: number[][] = [];
  for (let at = 0; at < values.length; at += COLUMNS) {
    const row = Array.from(values.subarray(at, at + COLUMNS));
    if (row[0]! >= 0) prediction.push(row);
  }
  return { prediction };
}
