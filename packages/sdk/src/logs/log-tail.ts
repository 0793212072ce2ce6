import { call } from "../aws/call.js";
import type { Session } from "../session.js";

/**
 * The last lines of a job's or endpoint's log, for an error message. Empty when there is no log or it may
 * not be read: the error that is being told must not be replaced by this one.
 */
export async function logTail(
  session: Session,
  group: string,
  prefix: string | undefined,
  lines = 15,
): Promise<readonly string[]> {
  try {
    const { logStreams = [] } = await call(
      session,
      "logs",
      "DescribeLogStreams",
      { logGroupName: group, ...(prefix === undefined ? {} : { logStreamNamePrefix: prefix }) },
      { timeoutMs: 10_000 },
    );
    const newest = logStreams.reduce<(typeof logStreams)[number] | undefined>(
      (best, stream) =>
        (stream.lastEventTimestamp ?? stream.creationTime ?? 0) >
        (best?.lastEventTimestamp ?? best?.creationTime ?? -1)
          ? stream
          : best,
      undefined,
    );
    if (newest?.logStreamName === undefined) return [];
    const { events = [] } = await call(
      session,
      "logs",
      "GetLogEvents",
      { logGroupName: group, logStreamName: newest.logStreamName, limit: lines, startFromHead: false },
      { timeoutMs: 10_000 },
    );
    return events.slice(-lines).map((event) => (event.message ?? "").trimEnd());
  } catch (error) {
    session.logger?.debug(`The log ${group} could not be read: ${error}`);
    return [];
  }
}
