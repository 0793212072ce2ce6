import { sharedNow } from "../measure/clock.js";
import type { Workload } from "./workload.js";

/**
 * Begins requests at a constant rate, evenly spaced over all generators, until `until`. An arrival that this thread
 * comes to late counts from when it was due.
 */
export function startArrivals(load: Workload, ratePerSecond: number, from: number, until: number): void {
  const { index, count } = load.data;
  let arrival = index;
  const dueOf = (number: number) => from + (number * 1000) / ratePerSecond;
  const go = () => {
    const now = sharedNow();
    let due = dueOf(arrival);
    while (due <= now && due < until && !load.spent) {
      load.sendDetached(due);
      arrival += count;
      due = dueOf(arrival);
    }
    if (due < until && !load.spent) setTimeout(go, Math.max(1, due - now));
  };
  go();
}
