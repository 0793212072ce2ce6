import { createHistogram, type Histogram, type RecordableHistogram } from "node:perf_hooks";

/** Requests counted over some time. Times are in microseconds. */
export interface Tally {
  /** Requests that have ended, failed ones included. */
  requests: number;
  failures: number;
  /** Right answers that came while their step lasted: what the target really bears. */
  inTime: number;
  /** Bytes of answers. */
  bytes: number;
  /** Requests that were begun later than they should have been. */
  late: number;
  /** The worst of these delays, in milliseconds. */
  worstLateMs: number;
  /** From the intended start to the last byte, failed requests included. */
  readonly latency: RecordableHistogram;
  readonly errors: Map<string, number>;
}

/** Longest time that is told apart, in microseconds: two hours. */
const HIGHEST = 7_200_000_000;
/** Significant digits: 0.1 % of the value. */
const FIGURES = 3;
/** Failures told apart; a target that names each anew shall not fill memory. */
const MOST_ERRORS = 100;

/** Nothing counted yet. Node's histogram is HdrHistogram_c: constant memory, no value lost, threads' can be added. */
export function emptyTally(): Tally {
  const latency = createHistogram({ lowest: 1, highest: HIGHEST, figures: FIGURES });
  const zero = { requests: 0, failures: 0, inTime: 0, bytes: 0, late: 0, worstLateMs: 0 };
  return { ...zero, latency, errors: new Map() };
}

/** The tally of a step, which is made when it is new. */
export function tallyOf(byStep: Map<number, Tally>, step: number): Tally {
  const tally = byStep.get(step) ?? emptyTally();
  byStep.set(step, tally);
  return tally;
}

/** Adds what another thread counted; its histogram has lost its methods for recording, not its counts. */
export function addTally(to: Tally, from: Tally): void {
  to.requests += from.requests;
  to.failures += from.failures;
  to.inTime += from.inTime;
  to.bytes += from.bytes;
  to.late += from.late;
  to.worstLateMs = Math.max(to.worstLateMs, from.worstLateMs);
  if (from.latency.count > 0) to.latency.add(from.latency);
  for (const [error, count] of from.errors) countError(to.errors, error, count);
}

/** Counts a failure by its message, and all that are too many under one. */
export function countError(errors: Map<string, number>, error: string, count = 1): void {
  const name = errors.has(error) || errors.size < MOST_ERRORS ? error : "other failures";
  errors.set(name, (errors.get(name) ?? 0) + count);
}

/** Counts a request that has ended. */
export function countRequest(
  tally: Tally,
  ended: { readonly milliseconds: number; readonly bytes: number; readonly error: string | undefined },
  inTime: boolean,
): void {
  tally.requests += 1;
  tally.bytes += ended.bytes;
  tally.latency.record(Math.min(HIGHEST, Math.max(1, Math.round(ended.milliseconds * 1000))));
  if (ended.error === undefined) tally.inTime += inTime ? 1 : 0;
  else {
    tally.failures += 1;
    countError(tally.errors, ended.error);
  }
}

/** The percentiles that Locust reports. */
export const PERCENTILES = [50, 66, 75, 80, 90, 95, 98, 99, 99.9, 99.99, 100] as const;

/** A percentile in milliseconds; 0 where nothing was counted. */
export function percentileMs(latency: Histogram, percentile: number): number {
  if (latency.count === 0) return 0;
  return (percentile === 100 ? latency.max : latency.percentile(percentile)) / 1000;
}
