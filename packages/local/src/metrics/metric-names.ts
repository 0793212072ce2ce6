import { AwsError } from "../errors.js";
import type { MetricName } from "./metric-store.js";

/** How CloudWatch's inputs name a metric. */
export interface MetricInput {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

/** The metric that an input names. */
export function readMetric({ Namespace = "", MetricName = "", Dimensions = [] }: MetricInput): MetricName {
  return {
    namespace: Namespace,
    name: MetricName,
    dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
  };
}

/** A metric as CloudWatch's outputs name it. */
export function showMetric(metric: MetricName) {
  return {
    Namespace: metric.namespace,
    MetricName: metric.name,
    Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}

/** A value that CloudWatch does not take. */
export function invalidValue(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message);
}
