import type { Cluster } from "../shared/cluster.js";

/** What every task of `process` works with. */
export interface ProcessContext {
  /** Stands for /opt/ml. */
  readonly root: string;
  readonly cluster: Cluster;
  /** The task's arguments. */
  readonly options: Readonly<Record<string, string | undefined>>;
  /** Folder that the job uploads. */
  readonly output: string;
  readonly log: (message: string) => void;
  readonly signal: AbortSignal;
}

/** A task: does its part and returns one sentence about it, which becomes the job's ExitMessage. */
export type ProcessTask = (context: ProcessContext) => Promise<string>;
