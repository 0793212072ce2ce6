import type { MergedSecond } from "./generate/generators.js";
import { figuresOf } from "./measure/figures.js";
import { findSaturation } from "./measure/saturation.js";
import { addTally, emptyTally, type Tally, tallyOf } from "./measure/tally.js";
import type { LoadStep } from "./plan.js";
import type { EndpointCourse, LoadResult, LoadSecond, SoFar, StepResult } from "./result.js";

/** Seconds over which the share of failures is looked at. */
const WINDOW = 10;
/** Requests in that time that tell anything. */
const ENOUGH = 20;

/** Gathers seconds to the figures of the test. */
export class Recorder {
  readonly total = emptyTally();
  readonly history: LoadSecond[] = [];
  readonly #steps: readonly LoadStep[];
  readonly #byStep = new Map<number, Tally>();

  constructor(steps: readonly LoadStep[]) {
    this.#steps = steps;
  }

  /** Takes a second. @returns its figures */
  add({ second, users, byStep }: MergedSecond): LoadSecond {
    const whole = emptyTally();
    for (const [step, tally] of byStep) {
      addTally(tallyOf(this.#byStep, step), tally);
      addTally(whole, tally);
    }
    addTally(this.total, whole);
    const step = this.#stepAt(second);
    const row = { second, users, step, ...figuresOf(whole, 1), soFar: soFar(this.total) };
    this.history.push(row);
    return row;
  }

  /** Failed requests of the last ten seconds as a share, 0 to 1; 0 where too few were sent to tell. */
  failureShare(): number {
    const last = this.history.slice(-WINDOW);
    const requests = last.reduce((sum, row) => sum + row.requests, 0);
    if (requests < ENOUGH) return 0;
    return last.reduce((sum, row) => sum + row.failures, 0) / requests;
  }

  /** The steps that were begun. @param seconds how long the test lasted */
  steps(seconds: number, endpoint: EndpointCourse | undefined): StepResult[] {
    let from = 0;
    const results: StepResult[] = [];
    for (const [index, asked] of this.#steps.entries()) {
      const lasted = Math.min(asked.seconds, seconds - from);
      if (lasted <= 0) break;
      const tally = this.#byStep.get(index) ?? emptyTally();
      results.push({
        asked,
        seconds: lasted,
        ...figuresOf(tally, lasted),
        answeredPerSecond: tally.inTime / lasted,
        instances: averageInstances(endpoint, from, from + lasted),
      });
      from += asked.seconds;
    }
    return results;
  }

  failures(): LoadResult["failures"] {
    const entries = [...this.total.errors].map(([error, count]) => ({ error, count }));
    return entries.sort((a, b) => b.count - a.count);
  }

  #stepAt(second: number): number {
    let from = 0;
    for (const [index, { seconds }] of this.#steps.entries()) {
      from += seconds;
      if (second < from) return index;
    }
    return this.#steps.length - 1;
  }
}

function soFar(total: Tally): SoFar {
  const { requests, failures, latencyMs, averageBytes } = figuresOf(total, 1);
  const { mean: meanMs, min: minMs, max: maxMs, percentiles } = latencyMs;
  return { requests, failures, medianMs: percentiles["50"]!, meanMs, minMs, maxMs, averageBytes };
}

/** What one instance bears, of the steps' figures. */
export function saturationOf(steps: readonly StepResult[]): LoadResult["saturation"] {
  return findSaturation(
    steps.map(({ asked, answeredPerSecond, instances, requests, failures }) => ({
      asked: "users" in asked ? asked.users : asked.ratePerSecond,
      answeredPerSecond,
      instances,
      failureShare: requests > 0 ? failures / requests : 1,
    })),
  );
}

function averageInstances(
  endpoint: EndpointCourse | undefined,
  from: number,
  to: number,
): number | undefined {
  const seen = (endpoint?.instances ?? []).filter(([, count]) => count > 0);
  const meanwhile = seen.filter(([second]) => second >= from && second <= to);
  // A step shorter than the interval of looks has the last one before it.
  const counts = meanwhile.length > 0 ? meanwhile : seen.filter(([second]) => second <= to).slice(-1);
  if (counts.length === 0) return undefined;
  return counts.reduce((sum, [, count]) => sum + count, 0) / counts.length;
}
