import type { HostItem, HostResult } from "./host-protocol.js";

/** A picture that waits for a host or is in its work. */
export interface Job {
  readonly item: HostItem;
  /** Bytes that the picture takes while a host works on it. */
  readonly bytes: number;
  readonly resolve: (result: HostResult) => void;
  readonly reject: (error: unknown) => void;
  /** Hosts that ended or hung at it. */
  crashes: number;
  /** Hosts that were killed from outside meanwhile, by the system when memory ran out or by an operator, or stopped (SIGSTOP). */
  harms: number;
  cancelled: boolean;
}

/** So many hosts may end or hang at a picture before it counts as the culprit. */
const MOST_CRASHES = 2;
/** So many may be harmed from outside: that is seldom a picture's fault, but one that takes all memory must not go on for ever. */
const MOST_HARMS = 5;

/** Notes that a host failed while it had the picture. */
export function blame(job: Job, isFromOutside: boolean): void {
  if (isFromOutside) job.harms += 1;
  else job.crashes += 1;
}

/** Whether a host failed at the picture, which it may have done because of it. */
export function isSuspect({ crashes, harms }: Job): boolean {
  return crashes + harms > 0;
}

/** Whether so many failed that it is the picture's fault. */
export function isGivenUp({ crashes, harms }: Job): boolean {
  return crashes >= MOST_CRASHES || harms >= MOST_HARMS;
}
