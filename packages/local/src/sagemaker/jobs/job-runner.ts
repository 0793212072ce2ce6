import type { Cloud } from "../../cloud.js";
import type { RecordStore } from "../../state/record-store.js";

/** What the runner needs to know of a job, of whatever kind. */
export interface RunnableJob {
  readonly name: string;
  readonly status: "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";
}

/** Runs jobs of one kind in the background and keeps their records. */
export interface JobRunner<Job extends RunnableJob> {
  start(job: Job): void;
  /** Asks a running job to stop. */
  stop(name: string): void;
  /** Replaces the record of a job that is still there. */
  change(name: string, apply: (job: Job) => Job): void;
  /** Resolves when every running job has ended. */
  settled(): Promise<void>;
}

/** Why a job that a stopped server cut off is Failed at the next start. */
const CUT_OFF = "InternalServerError: The local server was stopped while the job ran.";

/**
 * Makes a runner over the stored jobs; those that a former server left unfinished are failed.
 *
 * @param run does the job and returns how the record is to be changed
 * @param fail gives a record its failure
 */
export function createJobRunner<Job extends RunnableJob>(
  cloud: Cloud,
  jobs: RecordStore<Job>,
  run: (job: Job, stop: AbortSignal) => Promise<(job: Job) => Job>,
  fail: (job: Job, reason: string) => Job,
): JobRunner<Job> {
  const running = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>();
  for (const job of jobs.all()) {
    if (job.status === "InProgress" || job.status === "Stopping") jobs.set(job.name, fail(job, CUT_OFF));
  }

  const change = (name: string, apply: (job: Job) => Job): void => {
    const job = jobs.get(name);
    if (job !== undefined) jobs.set(name, apply(job));
  };

  return {
    change,
    stop: (name) => running.get(name)?.stop.abort(),
    settled: async () => {
      await Promise.all([...running.values()].map(({ done }) => done));
    },
    start(job) {
      const stop = new AbortController();
      const onClose = () => stop.abort();
      cloud.closing.addEventListener("abort", onClose, { once: true });
      const failed = (error: unknown) => (current: Job) => {
        cloud.logger.error(`Job ${job.name} failed: ${String(error)}`);
        return fail(current, `InternalServerError: ${String(error)}`);
      };
      const done = run(job, stop.signal)
        .catch(failed)
        .then((finish) => {
          cloud.closing.removeEventListener("abort", onClose);
          running.delete(job.name);
          const current = jobs.get(job.name);
          if (current === undefined) return;
          const ended = finish(current);
          // A job that the closing server cut off is marked as such by the next start.
          if (cloud.closing.aborted && current.status === "InProgress" && ended.status === "Stopped") return;
          jobs.set(job.name, ended);
        });
      running.set(job.name, { stop, done });
    },
  };
}
