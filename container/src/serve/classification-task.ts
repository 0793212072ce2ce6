import type { ClassificationManifest } from "@sightline/contract/manifest";
import { activate, areProbabilities } from "../inference/activation.js";
import { ModelError } from "../shared/errors.js";
import { ANSWER_TYPES } from "./answer-format.js";
import { bestClasses, csvOf } from "./best-classes.js";
import type { PictureTask } from "./picture-service.js";

/** Image classification: the list of class probabilities, as the built-in algorithm answers, or the best classes by name. */
export function classificationTask(manifest: ClassificationManifest): PictureTask {
  const { model, input, output, labels, activation, topK } = manifest;
  return {
    does: "classifies images",
    model,
    input,
    ...(output === undefined ? {} : { output }),
    types: ANSWER_TYPES,
    check(values) {
      if (values.length !== labels.length) {
        throw new ModelError(
          `The model answers ${values.length} values a picture, but manifest.json names ${labels.length} labels.`,
        );
      }
      if (activation === undefined && !areProbabilities(values)) {
        const some = [...values.subarray(0, 3)].map((value) => value.toPrecision(3)).join(", ");
        throw new ModelError(
          `The model's output (${some}${values.length > 3 ? ", ..." : ""} for a grey picture) is no list of probabilities that add up to 1. Set "activation" in manifest.json: "softmax" for logits of which each picture has one class, "sigmoid" for several, "none" to answer the values as they are.`,
        );
      }
    },
    textOf(values, type) {
      const scores = activate(values, activation);
      if (topK !== undefined) {
        const best = bestClasses(scores, labels, topK);
        return type === "text/csv" ? csvOf(best) : textOf(best, type);
      }
      return type === "text/csv" ? scores.join(",") : textOf(Array.from(scores), type);
    },
  };
}

/** JSON lines are those of the built-in algorithm. */
function textOf(prediction: readonly unknown[], type: string): string {
  return JSON.stringify(type === "application/jsonlines" ? { prediction } : prediction);
}
