/** Names a time series. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Values summed up. */
export interface StatisticSet {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** What was recorded in one stretch of time. */
export interface MetricSummary extends StatisticSet {
  readonly startMs: number;
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

  /** Records a value, or `times` equal ones. */
  record(metric: MetricName, value: number, unit = "None", now = Date.now(), times = 1): void {
    const bucket = this.#bucketAt(metric, unit, now);
    add(bucket, { count: times, sum: value * times, min: value, max: value });
    for (let time = 0; time < Math.min(times, MAX_VALUES); time++) keep(bucket, value);
  }

  /** Records what somebody else has summed up. Its single values are not known to the percentiles. */
  recordSet(metric: MetricName, set: StatisticSet, unit = "None", now = Date.now()): void {
    add(this.#bucketAt(metric, unit, now), set);
  }

  #bucketAt(metric: MetricName, unit: string, now: number): Bucket {
    const key = keyOf(metric);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { metric, unit, buckets: [] };
      this.#series.set(key, series);
    }
    const startMs = Math.floor(now / this.bucketMs) * this.bucketMs;
    const { buckets } = series;
    // Nearly always the newest; a caller may also say what was earlier.
    const place = buckets.findLastIndex((bucket) => bucket.startMs <= startMs);
    const found = buckets[place];
    if (found?.startMs === startMs) return found;
    const bucket: Bucket = {
      startMs,
      count: 0,
      sum: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      values: [],
    };
    buckets.splice(place + 1, 0, bucket);
    if (buckets.length > MAX_BUCKETS) buckets.shift();
    return bucket;
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

function add(bucket: Bucket, set: StatisticSet): void {
  bucket.count += set.count;
  bucket.sum += set.sum;
  bucket.min = Math.min(bucket.min, set.min);
  bucket.max = Math.max(bucket.max, set.max);
}

function keep(bucket: Bucket, value: number): void {
  if (bucket.values.length < MAX_VALUES) bucket.values.push(value);
  else {
    const place = Math.floor(Math.random() * bucket.count);
    if (place < MAX_VALUES) bucket.values[place] = value;
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
