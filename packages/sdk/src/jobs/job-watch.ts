import { isAccessDenied } from "../aws/call.js";
import type { JobFailedError, JobFailure } from "../errors.js";
import { followLogs, type LogLine } from "../logs/log-reader.js";
import { logTail } from "../logs/log-tail.js";
import type { Session } from "../session.js";
import { startClock, type WaitOptions } from "../wait/poll.js";

/** What happens during a processing or transform job. */
export type JobEvent =
  | { readonly kind: "status"; readonly status: string; readonly seconds: number }
  | ({ readonly kind: "log" } & LogLine)
  | { readonly kind: "warning"; readonly message: string };

export interface WaitForJobOptions extends WaitOptions {
  readonly onEvent?: (event: JobEvent) => void;
  /** Read the job's log. Default true. */
  readonly logs?: boolean;
}

/** A look at a job. */
export interface JobState {
  /** `InProgress`, `Stopping`, `Completed`, `Failed`, `Stopped`. */
  readonly status: string;
  readonly failureReason: string | undefined;
}

const ENDED: readonly string[] = ["Completed", "Failed", "Stopped"];

/** Waits for a processing or transform job and hands on its log. */
export async function watchJob<State extends JobState>(
  session: Session,
  job: {
    readonly what: string;
    readonly name: string;
    readonly logGroup: string;
    readonly timeoutMs: number;
    readonly describe: (signal: AbortSignal) => Promise<State>;
    readonly failed: (failure: JobFailure) => JobFailedError;
  },
  options: WaitForJobOptions,
): Promise<State> {
  const { onEvent } = options;
  const clock = startClock(`${job.what} ${job.name}`, {
    ...options,
    timeoutMs: options.timeoutMs ?? job.timeoutMs,
    logger: session.logger,
  });
  const log = followLogs(session, job.logGroup, `${job.name}/`);
  let logsWanted = options.logs ?? true;
  let last = "";
  for (;;) {
    const state = await clock.tolerate(job.describe);
    if (logsWanted) {
      try {
        for (const line of (await clock.tolerate((signal) => log.read(signal))) ?? [])
          onEvent?.({ kind: "log", ...line });
      } catch (error) {
        if (!isAccessDenied(error)) throw error;
        logsWanted = false;
        onEvent?.({ kind: "warning", message: `The job's log may not be read: ${(error as Error).message}` });
      }
    }
    if (state !== undefined && state.status !== last) {
      last = state.status;
      onEvent?.({ kind: "status", status: state.status, seconds: (Date.now() - clock.startedAt) / 1000 });
      clock.reset();
    }
    if (state?.status === "Completed") return state;
    if (state !== undefined && ENDED.includes(state.status)) {
      throw job.failed({
        jobName: job.name,
        status: state.status,
        failureReason:
          state.failureReason ?? (state.status === "Stopped" ? "it was stopped" : "no reason given"),
        logTail: await logTail(session, job.logGroup, `${job.name}/`),
      });
    }
    await clock.next(last);
  }
}
