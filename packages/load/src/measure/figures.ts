import { PERCENTILES, percentileMs, type Tally } from "./tally.js";

/** Latency in milliseconds, from the intended start of a request to the last byte of its answer. */
export interface Latency {
  /** Average. */
  readonly mean: number;
  /** Least. */
  readonly min: number;
  /** Greatest. */
  readonly max: number;
  /** By percentile: `"50"`, `"66"`, `"75"`, `"80"`, `"90"`, `"95"`, `"98"`, `"99"`, `"99.9"`, `"99.99"`, `"100"`. */
  readonly percentiles: Readonly<Record<string, number>>;
}

/** What was counted over some time. */
export interface LoadFigures {
  /** Requests that ended, failed ones included. */
  readonly requests: number;
  /** Requests without an answer, or with a status of 400 and above. */
  readonly failures: number;
  /** Requests that ended, per second. */
  readonly requestsPerSecond: number;
  /** Failed requests per second. */
  readonly failuresPerSecond: number;
  /** Milliseconds; of failed requests too, as Locust counts. */
  readonly latencyMs: Latency;
  /** Average size of an answer, in bytes. */
  readonly averageBytes: number;
}

/** The figures of a tally over these seconds. */
export function figuresOf(tally: Tally, seconds: number): LoadFigures {
  const { requests, failures, bytes, latency } = tally;
  const some = latency.count > 0;
  const per = (count: number) => (seconds > 0 ? count / seconds : 0);
  return {
    requests,
    failures,
    requestsPerSecond: per(requests),
    failuresPerSecond: per(failures),
    latencyMs: {
      mean: some ? latency.mean / 1000 : 0,
      min: some ? latency.min / 1000 : 0,
      max: percentileMs(latency, 100),
      percentiles: Object.fromEntries(PERCENTILES.map((p) => [String(p), percentileMs(latency, p)])),
    },
    averageBytes: requests > 0 ? bytes / requests : 0,
  };
}
