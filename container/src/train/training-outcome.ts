import type { FitEnd } from "./early-stopping.js";

/** How a training job ended. */
export interface TrainingOutcome {
  readonly end: FitEnd;
  /** False when the job was stopped before its first epoch ended: there is no model then. */
  readonly saved: boolean;
}
