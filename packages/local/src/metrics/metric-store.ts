/** Names a time series. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What was recorded in one stretch of time. */
export interface MetricSummary {
  readonly startMs: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** A sample of the values, for percentiles. */
  readonly values: readonly number[];
}

interface Bucket {
  readonly startMs: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  readonly values: number[];
}

interface Series {
  readonly metric: MetricName;
  readonly unit: string;
  readonly buckets: Bucket[];
}

/** Buckets that a series keeps: three hours of ten seconds. */
const MAX_BUCKETS = 1080;
/** Values that a bucket keeps for percentiles; of more, every one has the same chance to stay. */
const MAX_VALUES = 1000;

/** CloudWatch metrics in memory, in buckets of ten seconds. They do not survive a restart. */
export class MetricStore {
  /** Length of a bucket, ms. */
  readonly bucketMs: number;
  readonly #series = new Map<string, Series>();

  constructor(bucketMs: number) {
    this.bucketMs = bucketMs;
  }

  record(metric: MetricName, value: number, unit = "None", now = Date.now()): void {
    const key = keyOf(metric);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { metric, unit, buckets: [] };
      this.#series.set(key, series);
    }
    const startMs = Math.floor(now / this.bucketMs) * this.bucketMs;
    let bucket = series.buckets.at(-1);
    if (bucket === undefined || bucket.startMs < startMs) {
      bucket = { startMs, count: 0, sum: 0, min: value, max: value, values: [] };
      series.buckets.push(bucket);
      if (series.buckets.length > MAX_BUCKETS) series.buckets.shift();
    }
    bucket.count++;
    bucket.sum += value;
    bucket.min = Math.min(bucket.min, value);
    bucket.max = Math.max(bucket.max, value);
    if (bucket.values.length < MAX_VALUES) bucket.values.push(value);
    else {
      const place = Math.floor(Math.random() * bucket.count);
      if (place < MAX_VALUES) bucket.values[place] = value;
    }
  }

  /** Series whose name, namespace and dimensions include what is asked for. */
  find(wanted: {
    namespace?: string | undefined;
    name?: string | undefined;
    dimensions?: readonly [string, string?][];
  }): MetricName[] {
    return [...this.#series.values()]
      .map(({ metric }) => metric)
      .filter(
        (metric) =>
          (wanted.namespace === undefined || metric.namespace === wanted.namespace) &&
          (wanted.name === undefined || metric.name === wanted.name) &&
          (wanted.dimensions ?? []).every(([name, value]) =>
            value === undefined ? metric.dimensions[name] !== undefined : metric.dimensions[name] === value,
          ),
      );
  }

  unitOf(metric: MetricName): string {
    return this.#series.get(keyOf(metric))?.unit ?? "None";
  }

  /** What was recorded from `fromMs` up to `toMs`, in periods that begin at multiples of `periodMs`. */
  summarize(metric: MetricName, fromMs: number, toMs: number, periodMs: number): MetricSummary[] {
    const periods = new Map<number, Bucket>();
    for (const bucket of this.#series.get(keyOf(metric))?.buckets ?? []) {
      if (bucket.startMs < fromMs || bucket.startMs >= toMs) continue;
      const startMs = Math.floor(bucket.startMs / periodMs) * periodMs;
      const period = periods.get(startMs);
      if (period === undefined) periods.set(startMs, { ...bucket, startMs, values: [...bucket.values] });
      else {
        period.count += bucket.count;
        period.sum += bucket.sum;
        period.min = Math.min(period.min, bucket.min);
        period.max = Math.max(period.max, bucket.max);
        period.values.push(...bucket.values);
      }
    }
    return [...periods.values()].sort((a, b) => a.startMs - b.startMs);
  }
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

function keyOf(metric: MetricName): string {
  const dimensions = Object.entries(metric.dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([metric.namespace, metric.name, dimensions]);
}
