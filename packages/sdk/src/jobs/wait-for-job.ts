import { type LongWork, longWork } from "@sightline/foundation/long-work";
import type { JobFailure } from "../errors.js";
import type { LogLine } from "../logs/log-reader.js";
import type { Session } from "../session.js";
import { type JobReference, jobName } from "./job-kinds.js";
import { jobFailure, type WaitForJobOptions, type WatchedJob, watchJob } from "./watch-job.js";

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

/** What a job that tells of nothing but its status and log is waited for with. */
interface PlainJob<State extends { readonly status: string }, Result>
  extends Pick<WatchedJob<State>, "kind" | "describe" | "limitMs"> {
  /** What the wait gives when the job has completed. */
  result(state: NoInfer<State>, name: string): Result;
  /** What it throws otherwise. */
  readonly Failed: new (
    failure: JobFailure,
  ) => Error;
}

/** Waits until a job has completed, and tells of its status and the lines of its log. */
export function waitForJob<
  State extends { readonly status: string; readonly failureReason: string | undefined },
  Result,
>(
  session: Session,
  job: JobReference,
  { kind, describe, limitMs, result, Failed }: PlainJob<State, Result>,
  options: WaitForJobOptions,
): LongWork<JobEvent, Result> {
  const name = jobName(job);
  return longWork(async (signal, tell) => {
    const state = await watchJob(
      session,
      {
        kind,
        name,
        describe,
        limitMs,
        seen: ({ status }) => status,
        status: ({ status }, seconds) => tell({ kind: "status", status, seconds }),
        line: (line) => tell({ kind: "log", ...line }),
        refused: (message) => tell({ kind: "warning", message }),
      },
      options,
      signal,
    );
    if (state.status === "Completed") return result(state, name);
    throw new Failed(await jobFailure(session, kind, name, state.status, state.failureReason));
  }, options);
}
