import { call, isNotFound } from "../aws/call.js";
import type { Session } from "../session.js";

/** One line of a log. */
export interface LogLine {
  /** The stream's name after the job's, for example `algo-1-1732251398`. */
  readonly stream: string;
  /** When the program wrote it. */
  readonly timestamp: Date;
  /** The line without its end. */
  readonly message: string;
}

/** Reads what is new in all streams of a job or endpoint, time after time. */
export interface LogReader {
  /** The lines since the last call, in order of time. Empty while there is no log yet. */
  read(signal?: AbortSignal): Promise<readonly LogLine[]>;
}

/** GetLogEvents gives up to 1 MiB a page; this bounds one read of a very chatty job. */
const MOST_PAGES = 50;

/**
 * Follows a log group. Every page's token is passed on, so nothing is read twice or left out.
 *
 * @param group for example `/aws/sagemaker/TrainingJobs`
 * @param prefix streams whose name begins so, for example `my-job/`; undefined for all
 */
export function followLogs(session: Session, group: string, prefix: string | undefined): LogReader {
  const tokens = new Map<string, string | undefined>();

  async function findStreams(signal: AbortSignal | undefined): Promise<void> {
    let nextToken: string | undefined;
    do {
      const page = await call(
        session,
        "logs",
        "DescribeLogStreams",
        {
          logGroupName: group,
          ...(prefix === undefined ? {} : { logStreamNamePrefix: prefix }),
          ...(nextToken === undefined ? {} : { nextToken }),
        },
        { signal },
      );
      for (const { logStreamName } of page.logStreams ?? []) {
        if (logStreamName !== undefined && !tokens.has(logStreamName)) tokens.set(logStreamName, undefined);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }

  async function readStream(logStreamName: string, signal: AbortSignal | undefined): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    const stream = prefix === undefined ? logStreamName : logStreamName.slice(prefix.length);
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const token = tokens.get(logStreamName);
      const { events = [], nextForwardToken } = await call(
        session,
        "logs",
        "GetLogEvents",
        {
          logGroupName: group,
          logStreamName,
          startFromHead: true,
          ...(token === undefined ? {} : { nextToken: token }),
        },
        { signal },
      );
      for (const { timestamp = 0, message = "" } of events) {
        lines.push({ stream, timestamp: new Date(timestamp), message: message.replace(/\r?\n$/, "") });
      }
      tokens.set(logStreamName, nextForwardToken);
      // The end of a stream gives the same token again. A page may be empty before the end.
      if (nextForwardToken === undefined || nextForwardToken === token) break;
    }
    return lines;
  }

  return {
    async read(signal) {
      try {
        await findStreams(signal);
      } catch (error) {
        if (isNotFound(error)) return []; // The group appears with the first line.
        throw error;
      }
      const lines: LogLine[] = [];
      for (const name of tokens.keys()) lines.push(...(await readStream(name, signal)));
      return lines.sort((a, b) => a.timestamp.getTime() - b.timestamp.getTime());
    },
  };
}
