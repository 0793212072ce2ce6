/** Upper bounds of the buckets of durations, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A figure as it is when it is asked for. */
export interface Gauge {
  /** Name without the prefix `sightline_`. */
  readonly name: string;
  readonly help: string;
  readonly value: number;
}

/** Counts of what was answered, for Prometheus (text format 0.0.4). */
export class Metrics {
  readonly #answers = new Map<string, number>();
  readonly #buckets = BUCKETS.map(() => 0);
  #count = 0;
  #seconds = 0;

  /**
   * @param route one of a few names, never what the caller wrote: each becomes a time series
   * @param status HTTP status; 0 where the answer was not finished
   */
  record(route: string, status: number, seconds: number): void {
    const key = `route="${route}",status="${status}"`;
    this.#answers.set(key, (this.#answers.get(key) ?? 0) + 1);
    if (route !== "invocations") return;
    this.#count += 1;
    this.#seconds += seconds;
    BUCKETS.forEach((bound, i) => {
      if (seconds <= bound) this.#buckets[i]! += 1;
    });
  }

  /** The page of GET /metrics. */
  page(gauges: readonly Gauge[]): string {
    const lines = [
      ...head(
        "requests_total",
        "counter",
        "Requests by route and status; status 0: the answer was not finished.",
      ),
      ...[...this.#answers].map(([labels, count]) => `sightline_requests_total{${labels}} ${count}`),
      ...head("invocation_seconds", "histogram", "Time from an invocation's head to the end of its answer."),
      ...BUCKETS.map((bound, i) => `sightline_invocation_seconds_bucket{le="${bound}"} ${this.#buckets[i]}`),
      `sightline_invocation_seconds_bucket{le="+Inf"} ${this.#count}`,
      `sightline_invocation_seconds_sum ${this.#seconds}`,
      `sightline_invocation_seconds_count ${this.#count}`,
    ];
    for (const { name, help, value } of gauges)
      lines.push(...head(name, "gauge", help), `sightline_${name} ${value}`);
    return `${lines.join("\n")}\n`;
  }
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP sightline_${name} ${help}`, `# TYPE sightline_${name} ${type}`];
}
