import { type LongWork, longWork, type Tell } from "@sightline/foundation/long-work";
import { startClock } from "../aws/poll.js";
import { describeEndpoint } from "../endpoints/describe-endpoint.js";
import { endpointLogGroup } from "../endpoints/endpoint.js";
import { hasEnded, processingJobs, trainingJobs, transformJobs } from "../jobs/job-kinds.js";
import { followLogs, type LogLine } from "../logs/log-reader.js";
import type { Session } from "../session.js";
import { pause } from "../wait/pause.js";

/** Whose log is read. */
export interface LogSource {
  /** What it is. */
  readonly kind: "training-job" | "processing-job" | "transform-job" | "endpoint";
  /** Its name, as SageMaker knows it. */
  readonly name: string;
}

/** How a log is read. */
export interface FollowLogOptions {
  /** Go on with what is written from now on: until the job has ended, or the endpoint is gone. Default true. */
  readonly follow?: boolean;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Lines may reach the log after a job has ended: it is asked until nothing new came this often. */
const QUIET_READS = 2;
const QUIET_PAUSE_MS = 400;
/** Delay between looks once nothing happens. */
const MOST_DELAY_MS = 3_000;
/** An endpoint's log is followed as long as the caller likes: ten years. */
const NO_LIMIT_MS = 10 * 365 * 86_400_000;

const jobKinds = {
  "training-job": trainingJobs,
  "processing-job": processingJobs,
  "transform-job": transformJobs,
} as const;

/**
 * The log of a job or an endpoint, all instances' lines in order of time, from the beginning.
 *
 * @returns how many lines there were
 * @throws AwsRequestError when there is no such job or endpoint, or its log may not be read
 * @example
 * ```ts
 * for await (const line of followLog(session, { kind: "endpoint", name: "drivers" })) console.log(line.message);
 * ```
 */
export function followLog(
  session: Session,
  source: LogSource,
  options: FollowLogOptions = {},
): LongWork<{ readonly kind: "log" } & LogLine, number> {
  const { signal, follow = true } = options;
  return longWork((inner, tell) => read(session, source, follow, inner, tell), { signal });
}

async function read(
  session: Session,
  source: LogSource,
  follow: boolean,
  signal: AbortSignal,
  tell: Tell<{ readonly kind: "log" } & LogLine>,
): Promise<number> {
  const { kind, name } = source;
  const log =
    kind === "endpoint"
      ? followLogs(session, endpointLogGroup(name), undefined)
      : followLogs(session, jobKinds[kind].logGroup ?? "", `${name}/`);
  const what = `the log of ${kind.replace("-", " ")} ${name}`;
  const clock = startClock(what, {
    signal,
    timeoutMs: NO_LIMIT_MS,
    mostDelayMs: MOST_DELAY_MS,
    logger: session.logger,
  });
  let lines = 0;
  const readOnce = async () => {
    const fresh = (await clock.tolerate((look) => log.read(look))) ?? [];
    for (const line of fresh) await tell({ kind: "log", ...line });
    lines += fresh.length;
    return fresh.length;
  };
  for (;;) {
    // Asked before the log is read: what is written until the end is read behind it.
    const over = (await clock.tolerate((look) => isOver(session, source, look))) ?? false;
    const fresh = await readOnce();
    if (!follow || over) break;
    if (fresh > 0) clock.reset();
    await clock.next();
  }
  // A very long log comes in several reads; that of a job that has just ended, late.
  for (let quiet = 0; quiet < (follow ? QUIET_READS : 1); ) {
    if (follow) await pause(QUIET_PAUSE_MS, signal);
    quiet = (await readOnce()) === 0 ? quiet + 1 : 0;
  }
  return lines;
}

async function isOver(session: Session, { kind, name }: LogSource, signal: AbortSignal): Promise<boolean> {
  if (kind === "endpoint") return (await describeEndpoint(session, name, signal)) === undefined;
  return hasEnded(await jobKinds[kind].status(session, name, signal));
}
