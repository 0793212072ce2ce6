import type { BuiltInAlgorithm } from "./built-in-algorithms.js";

/** A metric and how it is found in a log line: group 1 of the regular expression is its value. */
export interface TrainingMetric {
  /** For example `validation:mAP`. */
  readonly name: string;
  /** Regular expression over a line, of Python and of JavaScript alike. */
  readonly regex: string;
}

const value = "([0-9.eE+-]+|nan)";
const quality = (what: string) => `#quality_metric: host=\\S+, epoch=\\S+, ${what}=\\(?${value}`;

/** What the built-in algorithms report without being asked, and this project's `train` in the same words. */
export const builtInMetrics: Readonly<Record<BuiltInAlgorithm, readonly TrainingMetric[]>> = {
  "image-classification": [
    { name: "train:accuracy", regex: `Epoch\\[\\d+\\].* Train-accuracy=${value}` },
    { name: "validation:accuracy", regex: `Epoch\\[\\d+\\].* Validation-accuracy=${value}` },
  ],
  "object-detection": [
    { name: "train:progress", regex: `#progress_metric: host=\\S+, completed ${value} %` },
    { name: "train:smooth_l1", regex: quality("batch=\\S+ train smooth_l1 <loss>") },
    { name: "train:cross_entropy", regex: quality("batch=\\S+ train cross_entropy <loss>") },
    {
      name: "train:throughput",
      regex: `#throughput_metric: host=\\S+, train throughput=${value} records/second`,
    },
    { name: "validation:mAP", regex: quality("validation mAP <score>") },
  ],
};
