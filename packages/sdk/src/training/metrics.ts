import { builtInMetrics, type TrainingMetric } from "@sightline/contract/training-metrics";

/** How a metric is found in a log line: group 1 of the regular expression is its value. */
export type MetricPattern = TrainingMetric;

/** A value of a metric, as it appeared in the log. */
export interface MetricValue {
  /** For example `validation:accuracy`. */
  readonly name: string;
  /** The value; NaN when the log says so. */
  readonly value: number;
  /** The epoch that the line names, from 0; undefined when it names none. */
  readonly epoch: number | undefined;
  /** When the program wrote the line. */
  readonly timestamp: Date;
}

/** The metrics of the built-in image-classification algorithm, and of this project's `train`. */
export const imageClassificationMetrics: readonly MetricPattern[] = [
  ...builtInMetrics["image-classification"],
  { name: "train:cross_entropy", regex: "Epoch\\[\\d+\\] Train-cross-entropy=([0-9.eE+-]+|nan)" },
  { name: "validation:cross_entropy", regex: "Epoch\\[\\d+\\] Validation-cross-entropy=([0-9.eE+-]+|nan)" },
  { name: "train:epoch_seconds", regex: "Epoch\\[\\d+\\] Time cost=([0-9.eE+-]+|nan)" },
];

/**
 * The metrics of the built-in object detection, and of this project's `train`: `validation:mAP`, `train:smooth_l1`,
 * `train:cross_entropy`, `train:throughput` (pictures a second) and `train:progress` (per cent).
 */
export const objectDetectionMetrics: readonly MetricPattern[] = builtInMetrics["object-detection"];

/** Makes the function that finds the metrics in a line. The patterns are compiled once. */
export function metricParser(
  patterns: readonly MetricPattern[],
): (line: string, timestamp: Date) => readonly MetricValue[] {
  const compiled = patterns.map(({ name, regex }) => ({ name, regex: new RegExp(regex) }));
  return (line, timestamp) =>
    compiled.flatMap(({ name, regex }) => {
      const found = regex.exec(line)?.[1];
      if (found === undefined) return [];
      const value = Number(found.toLowerCase() === "nan" ? Number.NaN : found);
      return [{ name, value, epoch: epochOf(line), timestamp }];
    });
}

function epochOf(line: string): number | undefined {
  const found = /\bepoch\W{0,2}(\d+)/i.exec(line)?.[1];
  return found === undefined ? undefined : Number(found);
}
