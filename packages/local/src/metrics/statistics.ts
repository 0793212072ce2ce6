/** Values summed up. */
export interface StatisticSet {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** Values summed up, with a sample of them for percentiles. */
export interface MetricSummary extends StatisticSet {
  readonly values: readonly number[];
}

/** Two summaries as one. */
export function merge(a: MetricSummary, b: MetricSummary): MetricSummary {
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    values: [...a.values, ...b.values],
  };
}

/** A statistic of a summary: `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or `p99.9`. Undefined for another. */
export function statistic(summary: MetricSummary, name: string): number | undefined {
  switch (name) {
    case "Sum":
      return summary.sum;
    case "Average":
      return summary.sum / summary.count;
    case "Minimum":
      return summary.min;
    case "Maximum":
      return summary.max;
    case "SampleCount":
      return summary.count;
    default: {
      const percent = Number(/^p(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(name)?.[1] ?? Number.NaN);
      if (Number.isNaN(percent)) return undefined;
      const sorted = [...summary.values].sort((a, b) => a - b);
      return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
    }
  }
}
