import { isAccessDenied } from "../aws/call.js";
import type { WaitClock } from "../aws/poll.js";
import { followLogs, type LogLine } from "../logs/log-reader.js";
import type { Session } from "../session.js";
import { pause } from "../wait/pause.js";

/** Lines may reach the log after the job has ended: ask until nothing new came this often. */
const QUIET_READS = 2;
const QUIET_PAUSE_MS = 400;

/** The log of a job that is waited for. */
export interface JobLog {
  /** Tells what is new, and returns how many lines that was. */
  read(): Promise<number>;
  /** Tells the rest of a job that has ended: until the log is quiet. */
  finish(): Promise<void>;
}

/** What the reading of a log tells. */
export interface LogTellers {
  readonly line: (line: LogLine) => Promise<void>;
  /** The log may not be read; it is not asked for again. */
  readonly refused: (message: string) => Promise<void>;
}

/** Follows the log of one job, in all of its streams. A log that may not be read is told, and no error. */
export function followJobLog(
  session: Session,
  group: string,
  name: string,
  clock: WaitClock,
  signal: AbortSignal,
  tell: LogTellers,
): JobLog {
  const log = followLogs(session, group, `${name}/`);
  let readable = true;

  async function read(): Promise<number> {
    if (!readable) return 0;
    let lines: readonly LogLine[];
    try {
      lines = (await clock.tolerate((look) => log.read(look))) ?? [];
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      readable = false;
      await tell.refused(`The job's log may not be read: ${(error as Error).message}`);
      return 0;
    }
    for (const line of lines) await tell.line(line);
    return lines.length;
  }

  return {
    read,
    async finish() {
      let quiet = (await read()) === 0 ? 1 : 0;
      while (readable && quiet < QUIET_READS) {
        await pause(QUIET_PAUSE_MS, signal);
        quiet = (await read()) === 0 ? quiet + 1 : 0;
      }
    },
  };
}

/** A log that nobody asked for. */
export const noLog: JobLog = { read: async () => 0, finish: async () => undefined };
