import { type MetricSummary, merge, type StatisticSet } from "./statistics.js";

/** Names a time series. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What was recorded in one unit in one period. */
export interface PeriodSummary extends MetricSummary {
  /** Begin of the period, ms since 1970. */
  readonly startMs: number;
  readonly unit: string;
}

interface Bucket extends StatisticSet {
  readonly startMs: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  readonly values: number[];
}

/** What was recorded of a metric in one unit: CloudWatch keeps units apart and converts none. */
interface Series {
  readonly metric: MetricName;
  readonly unit: string;
  readonly buckets: Bucket[];
  /** What is older than the buckets, joined. */
  readonly older: Bucket[];
}

/** Three hours of ten seconds, as long as CloudWatch keeps periods below a minute; then three days of minutes, which are fifteen there. */
const KEPT = { buckets: 1080, older: 4320, joined: 6 };
/** Values of a bucket for percentiles; of more, every one has the same chance to stay. */
const VALUES = { bucket: 1000, older: 60 };

/**
 * CloudWatch metrics in memory, in buckets of ten seconds for three hours and of a minute for three days. They do not survive a
 * restart.
 */
export class MetricStore {
  /** Length of a bucket, ms. */
  readonly bucketMs: number;
  readonly #series = new Map<string, Series[]>();

  constructor(bucketMs: number) {
    this.bucketMs = bucketMs;
  }

  /** Records a value, or `times` equal ones. */
  record(metric: MetricName, value: number, unit = "None", now = Date.now(), times = 1): void {
    const bucket = this.#bucketAt(metric, unit, now);
    add(bucket, { count: times, sum: value * times, min: value, max: value });
    for (let time = 0; time < Math.min(times, VALUES.bucket); time++) keep(bucket, value, VALUES.bucket);
  }

  /** Records what somebody else has summed up. Its single values are not known to the percentiles. */
  recordSet(metric: MetricName, set: StatisticSet, unit = "None", now = Date.now()): void {
    add(this.#bucketAt(metric, unit, now), set);
  }

  #seriesOf(metric: MetricName, unit: string): Series {
    const key = keyOf(metric);
    const units = this.#series.get(key) ?? [];
    this.#series.set(key, units);
    let series = units.find((one) => one.unit === unit);
    if (series === undefined) {
      series = { metric, unit, buckets: [], older: [] };
      units.push(series);
    }
    return series;
  }

  #bucketAt(metric: MetricName, unit: string, now: number): Bucket {
    const { buckets, older } = this.#seriesOf(metric, unit);
    const bucket = bucketIn(buckets, now, this.bucketMs);
    if (buckets.length > KEPT.buckets) {
      const oldest = buckets.shift()!;
      const joined = bucketIn(older, oldest.startMs, this.bucketMs * KEPT.joined);
      add(joined, oldest);
      for (const value of oldest.values) keep(joined, value, VALUES.older);
      if (older.length > KEPT.older) older.shift();
      // What is said of earlier than all that is kept apart.
      if (oldest === bucket) return joined;
    }
    return bucket;
  }

  /** Metrics whose name, namespace and dimensions include what is asked for, and that have a value behind `sinceMs`. */
  find(wanted: {
    sinceMs?: number | undefined;
    namespace?: string | undefined;
    name?: string | undefined;
    dimensions?: readonly [name: string, value?: string][];
  }): MetricName[] {
    const { sinceMs = 0 } = wanted;
    const isRecent = ({ buckets }: Series) => (buckets.at(-1)?.startMs ?? 0) + this.bucketMs > sinceMs;
    return [...this.#series.values()]
      .filter((units) => units.some(isRecent))
      .map(([first]) => first!.metric)
      .filter(
        (metric) =>
          (wanted.namespace === undefined || metric.namespace === wanted.namespace) &&
          (wanted.name === undefined || metric.name === wanted.name) &&
          (wanted.dimensions ?? []).every(([name, value]) =>
            value === undefined ? metric.dimensions[name] !== undefined : metric.dimensions[name] === value,
          ),
      );
  }

  /**
   * What was recorded from `fromMs` up to `toMs`, in periods that begin at multiples of `periodMs`, oldest
   * first. Each unit has summaries of its own; with `unit` only that one.
   */
  summarize(
    metric: MetricName,
    fromMs: number,
    toMs: number,
    periodMs: number,
    unit?: string,
  ): PeriodSummary[] {
    return (this.#series.get(keyOf(metric)) ?? [])
      .filter((series) => unit === undefined || series.unit === unit)
      .flatMap((series) => summarizeSeries(series, fromMs, toMs, periodMs))
      .sort((a, b) => a.startMs - b.startMs);
  }
}

function summarizeSeries(
  { unit, buckets, older }: Series,
  fromMs: number,
  toMs: number,
  periodMs: number,
): PeriodSummary[] {
  const periods = new Map<number, PeriodSummary>();
  for (const bucket of [...older, ...buckets]) {
    if (bucket.startMs < fromMs || bucket.startMs >= toMs) continue;
    const startMs = Math.floor(bucket.startMs / periodMs) * periodMs;
    const former = periods.get(startMs);
    periods.set(startMs, { ...(former === undefined ? bucket : merge(former, bucket)), startMs, unit });
  }
  return [...periods.values()];
}

/** The bucket that a time falls in, made where there is none. */
function bucketIn(buckets: Bucket[], time: number, lengthMs: number): Bucket {
  const startMs = Math.floor(time / lengthMs) * lengthMs;
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
  return bucket;
}

function add(bucket: Bucket, set: StatisticSet): void {
  bucket.count += set.count;
  bucket.sum += set.sum;
  bucket.min = Math.min(bucket.min, set.min);
  bucket.max = Math.max(bucket.max, set.max);
}

function keep(bucket: Bucket, value: number, most: number): void {
  if (bucket.values.length < most) bucket.values.push(value);
  else {
    const place = Math.floor(Math.random() * bucket.count);
    if (place < most) bucket.values[place] = value;
  }
}

function keyOf(metric: MetricName): string {
  const dimensions = Object.entries(metric.dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([metric.namespace, metric.name, dimensions]);
}
