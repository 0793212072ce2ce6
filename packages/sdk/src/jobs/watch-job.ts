import { poll, startClock, type WaitOptions } from "../aws/poll.js";
import type { JobFailure } from "../errors.js";
import type { LogLine } from "../logs/log-reader.js";
import { logTail } from "../logs/log-tail.js";
import type { Session } from "../session.js";
import { hasEnded, type JobKind } from "./job-kinds.js";
import { followJobLog, noLog } from "./job-log.js";

/** How a job is waited for. */
export interface WaitForJobOptions extends WaitOptions {
  /** Read the job's log. Default true. */
  readonly logs?: boolean;
}

/** What a wait adds to the job's own limit for finding capacity, downloading and uploading. */
export const QUEUE_MS = 2 * 3_600_000;

/** A job to watch, and what its kind tells. */
export interface WatchedJob<State extends { readonly status: string }> {
  readonly kind: JobKind;
  readonly name: string;
  describe(session: Session, name: string, signal: AbortSignal): Promise<State>;
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
  const what = `${job.kind.what} ${job.name}`;
  const wait = { ...options, signal, logger: session.logger };
  const describe = (look: AbortSignal) => job.describe(session, job.name, look);
  let state = await poll(what, async (look) => ({ done: true, value: await describe(look) }), {
    ...wait,
    timeoutMs: options.timeoutMs ?? QUEUE_MS,
  });
  const clock = startClock(what, { ...wait, timeoutMs: options.timeoutMs ?? job.limitMs(state) + QUEUE_MS });
  const { logGroup } = job.kind;
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
    state = (await clock.tolerate(describe)) ?? state;
  }
}

/** What a job that did not complete says of itself. */
export async function jobFailure(
  session: Session,
  { logGroup }: JobKind,
  name: string,
  status: string,
  failureReason: string | undefined,
): Promise<JobFailure> {
  return {
    jobName: name,
    status: status || "unknown",
    failureReason: failureReason || (status === "Stopped" ? "it was stopped" : "no reason given"),
    logTail: logGroup === undefined ? [] : await logTail(session, logGroup, `${name}/`),
  };
}
