import type { HostError } from "../errors.js";
import type { HostTask, LiveRecord, TaskResult } from "./host-protocol.js";
import { framesOf } from "./task-needs.js";

/** Options of `PoolJob.run`. */
export interface PoolRunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly priority?: number;
  readonly onFrames?: (frames: number) => void;
  /** Told what was found in each frame of a live stream. */
  readonly onRecord?: (record: LiveRecord) => void;
  /** Ends a live stream in order. */
  readonly stop?: AbortSignal;
  /** How often it is tried again after its host crashed or hung. Default: the pool's. */
  readonly retries?: number;
  /** Called when the task is about to be tried again. */
  readonly onRetry?: (error: HostError) => void;
}

/** A task that waits, or is at work. */
export interface QueuedTask {
  readonly task: HostTask;
  readonly options: PoolRunOptions;
  readonly job: QueuedJob;
  readonly resolve: (result: TaskResult) => void;
  readonly reject: (error: unknown) => void;
  triesLeft: number;
}

/** A job's waiting tasks, and what it has been given. */
export interface QueuedJob {
  readonly maxTasks: number;
  readonly waiting: QueuedTask[];
  running: number;
  /** Frames of the tasks that it was given so far; a job that comes later begins at the least of the others. */
  servedFrames: number;
}

/** The waiting tasks of all jobs, handed out in turn. */
export interface JobQueue {
  openJob(maxTasks: number): QueuedJob;
  /** Puts a task in its place among its job's. */
  add(queued: QueuedTask): void;
  /** Takes a task out; false when it is not waiting. */
  remove(queued: QueuedTask): boolean;
  /** Takes all out. */
  removeAll(): QueuedTask[];
  /**
   * Takes the next task for which there is a place: of the job with the least at work, of those the one that was
   * given the least so far, and of those the one with the shortest task, so that short videos do not wait for
   * long ones.
   */
  next<Place>(
    placeFor: (task: HostTask) => Place | undefined,
  ): { queued: QueuedTask; place: Place } | undefined;
}

/** Makes an empty queue. */
export function createJobQueue(): JobQueue {
  let jobs: QueuedJob[] = [];

  const inTurn = () =>
    jobs
      .filter(({ running, maxTasks, waiting }) => running < maxTasks && waiting.length > 0)
      .sort(
        (a, b) =>
          a.running - b.running ||
          a.servedFrames - b.servedFrames ||
          framesOf(a.waiting[0]!.task) - framesOf(b.waiting[0]!.task),
      );

  return {
    openJob: (maxTasks) => ({ maxTasks: Math.max(1, maxTasks), waiting: [], running: 0, servedFrames: 0 }),
    add(queued) {
      const { job, options } = queued;
      if (!jobs.includes(job)) {
        const least = Math.min(...jobs.map(({ servedFrames }) => servedFrames));
        if (jobs.length > 0) job.servedFrames = Math.max(job.servedFrames, least);
        jobs.push(job);
      }
      const priority = options.priority ?? 0;
      const at = job.waiting.findIndex((other) => (other.options.priority ?? 0) > priority);
      job.waiting.splice(at < 0 ? job.waiting.length : at, 0, queued);
    },
    remove(queued) {
      const at = queued.job.waiting.indexOf(queued);
      if (at >= 0) queued.job.waiting.splice(at, 1);
      return at >= 0;
    },
    removeAll: () => jobs.flatMap(({ waiting }) => waiting.splice(0)),
    next(placeFor) {
      jobs = jobs.filter(({ running, waiting }) => running > 0 || waiting.length > 0);
      for (const { waiting } of inTurn()) {
        for (const [at, queued] of waiting.entries()) {
          const place = placeFor(queued.task);
          if (place === undefined) continue;
          waiting.splice(at, 1);
          return { queued, place };
        }
      }
      return undefined;
    },
  };
}
