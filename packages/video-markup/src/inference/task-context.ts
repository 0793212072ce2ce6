/** What a running task is told, and tells. */
export interface TaskContext {
  readonly signal: AbortSignal;
  /** Told after frames are done. */
  readonly onFrames: (frames: number) => void;
}
