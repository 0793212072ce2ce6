import type { Tell } from "@sightline/foundation/long-work";
import { poll, startClock, type WaitOptions } from "../aws/poll.js";
import type { JobFailure } from "../errors.js";
import type { LogLine } from "../logs/log-reader.js";
import { logTail } from "../logs/log-tail.js";
import type { Session } from "../session.js";
import { hasEnded } from "./job-kinds.js";
import { followJobLog, noLog } from "./job-log.js";

/** What happens during a processing or transform job. */
export type JobEvent =
  | {
      readonly kind: "status";
      /** `InProgress`, `Stopping`, `Completed`, `Failed`, `Stopped`. */
      readonly status: string;
      /** Since the wait began. */
      readonly seconds: number;
    }
  | ({ readonly kind: "log" } & LogLine)
  | {
      readonly kind: "warning";
      /** What does not end the wait, but should be known. */
      readonly message: string;
    };

/** How a job is waited for. */
export interface WaitForJobOptions extends WaitOptions {
  /** Read the job's log. Default true. */
  readonly logs?: boolean;
}

/** What a wait adds to the job's own limit for finding capacity, downloading and uploading. */
export const QUEUE_MS = 2 * 3_600_000;

/** A job to watch, and what its kind tells. */
export interface WatchedJob<State extends { readonly status: string }> {
  /** For example `training job`. */
  readonly what: string;
  readonly name: string;
  /** Undefined where there is none. */
  readonly logGroup: string | undefined;
  describe(signal: AbortSignal): Promise<State>;
  /** How long the job itself may take, in milliseconds. */
  limitMs(state: NoInfer<State>): number;
  /** Told when the text of `seen` changes. */
  status(state: NoInfer<State>, seconds: number): Promise<void>;
  seen(state: NoInfer<State>): string;
  /** Told at every look, after the status. */
  look?(state: NoInfer<State>): Promise<void>;
  line?(line: LogLine, state: NoInfer<State>): Promise<void>;
  refused?(message: string): Promise<void>;
}

/** Looks at a job until it has ended, whichever way, and tells what happens meanwhile. */
export async function watchJob<State extends { readonly status: string }>(
  session: Session,
  job: WatchedJob<State>,
  options: WaitForJobOptions,
  signal: AbortSignal,
): Promise<State> {
  const what = `${job.what} ${job.name}`;
  const wait = { ...options, signal, logger: session.logger };
  let state = await poll(what, async (look) => ({ done: true, value: await job.describe(look) }), {
    ...wait,
    timeoutMs: options.timeoutMs ?? QUEUE_MS,
  });
  const clock = startClock(what, { ...wait, timeoutMs: options.timeoutMs ?? job.limitMs(state) + QUEUE_MS });
  const { logGroup } = job;
  const log =
    logGroup === undefined || options.logs === false
      ? noLog
      : followJobLog(session, logGroup, job.name, clock, signal, {
          line: async (line) => job.line?.(line, state),
          refused: async (message) => job.refused?.(message),
        });
  let last: string | undefined;
  for (;;) {
    const changed = job.seen(state) !== last;
    last = job.seen(state);
    const ended = hasEnded(state.status);
    if (ended) await log.finish();
    if (changed) await job.status(state, (Date.now() - clock.startedAt) / 1000);
    await job.look?.(state);
    if (ended) return state;
    const lines = await log.read();
    if (changed || lines > 0) clock.reset();
    await clock.next(last);
    state = (await clock.tolerate(job.describe)) ?? state;
  }
}

/** Tells of a job without anything of its own: status, log, warnings. */
export function tellJob(tell: Tell<JobEvent>) {
  return {
    seen: ({ status }: { readonly status: string }) => status,
    status: ({ status }: { readonly status: string }, seconds: number) =>
      tell({ kind: "status", status, seconds }),
    line: (line: LogLine) => tell({ kind: "log", ...line }),
    refused: (message: string) => tell({ kind: "warning", message }),
  };
}

/** What a job that did not complete says of itself. */
export async function jobFailure(
  session: Session,
  job: { readonly name: string; readonly logGroup: string },
  status: string,
  failureReason: string | undefined,
): Promise<JobFailure> {
  return {
    jobName: job.name,
    status: status || "unknown",
    failureReason: failureReason || (status === "Stopped" ? "it was stopped" : "no reason given"),
    logTail: await logTail(session, job.logGroup, `${job.name}/`),
  };
}
