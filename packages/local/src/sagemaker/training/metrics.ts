import { builtInAlgorithmOf } from "@sightline/contract/built-in-algorithms";
import { builtInMetrics } from "@sightline/contract/training-metrics";
import type { FinalMetric, TrainingRequest } from "./job.js";

/** A metric and the regular expression whose first group is its value. */
export interface MetricDefinition {
  readonly Name: string;
  readonly Regex: string;
}

/** Reads metrics out of log lines. */
export interface MetricReader {
  read(line: string): void;
  /** The last value of each metric seen. */
  final(): FinalMetric[];
}

/** @throws SyntaxError for a regular expression that JavaScript cannot compile */
export function createMetricReader(definitions: readonly MetricDefinition[]): MetricReader {
  const compiled = definitions.map(({ Name, Regex }) => ({
    name: Name,
    regex: new RegExp(pythonToJavaScript(Regex)),
  }));
  const last = new Map<string, FinalMetric>();
  return {
    read(line) {
      for (const { name, regex } of compiled) {
        const value = Number(regex.exec(line)?.[1]?.trim() || Number.NaN);
        if (Number.isFinite(value)) last.set(name, { name, value, timeMs: Date.now() });
      }
    },
    final: () => [...last.values()],
  };
}

/** Metric definitions are written for Python: named groups are spelt otherwise there. */
function pythonToJavaScript(regex: string): string {
  return regex.replaceAll("(?P<", "(?<");
}

/** The reader of the metrics that a job's log lines are read for. @throws SyntaxError */
export function jobMetrics(request: TrainingRequest): MetricReader {
  const { TrainingImage: image = "", MetricDefinitions = [] } = request.AlgorithmSpecification;
  const algorithm = builtInAlgorithmOf(image);
  const builtIn = algorithm === undefined ? [] : builtInMetrics[algorithm];
  return createMetricReader([
    ...builtIn.map(({ name, regex }) => ({ Name: name, Regex: regex })),
    ...MetricDefinitions,
  ]);
}
