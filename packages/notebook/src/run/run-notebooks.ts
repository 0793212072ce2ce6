import { type LongWork, longWork } from "@sightline/foundation/long-work";
import { NotebookError } from "../errors.js";
import type { RunEvent, RunResult } from "./result.js";
import { deadlineBeforeStart, executeNotebook } from "./run-notebook.js";
import type { RunOptions } from "./run-options.js";

/** One notebook of several, with what differs from the others. */
export interface NotebookJob {
  /** Path of the notebook. */
  readonly path: string;
  /** Path or S3 URI of the executed notebook. */
  readonly output?: string;
}

/** How to run several notebooks. */
export interface RunManyOptions extends Omit<RunOptions, "output"> {
  /** How many at once. Default 1: one after another, in the given order. */
  readonly parallel?: number;
}

/** What became of one of several notebooks: its result, why it could not run, or nothing since another failed. */
export type JobOutcome =
  | {
      readonly kind: "result";
      /** The notebook. */
      readonly job: NotebookJob;
      /** Its result, which may be a failure. */
      readonly result: RunResult;
    }
  | {
      readonly kind: "error";
      /** The notebook. */
      readonly job: NotebookJob;
      /** Why it could not run. */
      readonly error: NotebookError;
    }
  | {
      readonly kind: "not-run";
      /** The notebook. */
      readonly job: NotebookJob;
    };

/**
 * Runs several notebooks, in order or in parallel. A failure keeps those behind it from starting, unless
 * `keepGoing`; the limit `deadlineMs` is for all of them together.
 */
export function runNotebooks(
  jobs: readonly NotebookJob[],
  options: RunManyOptions = {},
): LongWork<RunEvent, JobOutcome[]> {
  return longWork<RunEvent, JobOutcome[]>(
    (signal, tell) => executeAll(jobs, { ...options, signal }, (event) => void tell(event)),
    { signal: options.signal },
  );
}

async function executeAll(
  jobs: readonly NotebookJob[],
  options: RunManyOptions,
  emit: (event: RunEvent) => void,
): Promise<JobOutcome[]> {
  const { parallel = 1, keepGoing = false, deadlineMs } = options;
  const started = performance.now();
  const outcomes: JobOutcome[] = jobs.map((job) => ({ kind: "not-run", job }));
  let next = 0;
  let failed = false;
  const work = async () => {
    while (next < jobs.length && (keepGoing || !failed)) {
      const at = next++;
      const job = jobs[at]!;
      const left = deadlineMs === undefined ? undefined : deadlineMs - (performance.now() - started);
      const outcome: JobOutcome =
        left !== undefined && left <= 0
          ? { kind: "error", job, error: deadlineBeforeStart(deadlineMs!) }
          : await runOne(job, { ...options, ...(left === undefined ? {} : { deadlineMs: left }) }, emit);
      outcomes[at] = outcome;
      if (outcome.kind !== "result" || outcome.result.status !== "ok") failed = true;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(parallel, jobs.length)) }, work));
  return outcomes;
}

async function runOne(
  job: NotebookJob,
  options: RunOptions,
  emit: (event: RunEvent) => void,
): Promise<JobOutcome> {
  try {
    const output = job.output === undefined ? {} : { output: job.output };
    return { kind: "result", job, result: await executeNotebook(job.path, { ...options, ...output }, emit) };
  } catch (error) {
    if (error instanceof NotebookError) return { kind: "error", job, error };
    throw error;
  }
}
