import { constants } from "node:os";

/** Exit statuses of the command line; after a signal it is 128 + its number, as shells have it. */
export const exitStatus = {
  ok: 0,
  /** A cell failed, or a check found something. */
  failed: 1,
  /** It could not begin: wrong option or parameter, no notebook, no kernel. */
  usage: 2,
  /** A cell's or the run's time limit. */
  timedOut: 3,
} as const;

/** Exit status after a signal. */
export const signalStatus = (signal: NodeJS.Signals) => 128 + constants.signals[signal];
