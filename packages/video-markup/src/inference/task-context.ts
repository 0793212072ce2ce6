import type { LiveRecord } from "./host-protocol.js";

/** What a running task is told, and tells. */
export interface TaskContext {
  readonly signal: AbortSignal;
  /** Aborted when a live stream is to end in order. */
  readonly stop: AbortSignal;
  /** Told after frames are done. */
  readonly onFrames: (frames: number) => void;
  /** Told what was found in each frame of a live stream. */
  readonly onRecord: (record: LiveRecord) => void;
}
