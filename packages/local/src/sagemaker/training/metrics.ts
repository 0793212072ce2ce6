import { builtInAlgorithmOf } from "@sightline/contract/built-in-algorithms";
import { builtInMetrics } from "@sightline/contract/training-metrics";

/** The last value of a metric. */
export interface FinalMetric {
  readonly name: string;
  readonly value: number;
  readonly timeMs: number;
}

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

/**
 * @param told of each value, as it is read
 * @throws SyntaxError for a regular expression that JavaScript cannot compile
 */
export function createMetricReader(
  definitions: readonly MetricDefinition[],
  told: (metric: FinalMetric) => void = () => undefined,
): MetricReader {
  const compiled = definitions.map(({ Name, Regex }) => ({
    name: Name,
    regex: new RegExp(pythonToJavaScript(Regex)),
  }));
  const last = new Map<string, FinalMetric>();
  return {
    read(line) {
      for (const { name, regex } of compiled) {
        const value = Number(regex.exec(line)?.[1]?.trim() || Number.NaN);
        if (!Number.isFinite(value)) continue;
        const metric = { name, value, timeMs: Date.now() };
        last.set(name, metric);
        told(metric);
      }
    },
    final: () => [...last.values()],
  };
}

/** Metric definitions are written for Python: named groups are spelt otherwise there. */
function pythonToJavaScript(regex: string): string {
  return regex.replaceAll("(?P<", "(?<");
}

/** The metrics that a job's log lines are read for: the built-in algorithm's, and those that the job brings. */
export function metricDefinitions({
  TrainingImage: image = "",
  MetricDefinitions = [],
}: {
  readonly TrainingImage?: string;
  readonly MetricDefinitions?: readonly MetricDefinition[];
}): readonly MetricDefinition[] {
  const name = builtInAlgorithmOf(image);
  const builtIn = name === undefined ? [] : builtInMetrics[name];
  return [...builtIn.map(({ name: Name, regex: Regex }) => ({ Name, Regex })), ...MetricDefinitions];
}
