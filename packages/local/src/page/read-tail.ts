import type { LogStore } from "../logs/log-store.js";

/** Lines of a log that are shown. */
const MOST_LINES = 300;

/** The last lines of all streams whose name begins so, in order of time. */
export function readTail(logs: LogStore, group: string, prefix: string): string[] {
  const streams = (logs.streams(group) ?? []).filter((stream) => stream.startsWith(prefix));
  return streams
    .flatMap((stream) => (logs.events(group, stream) ?? []).slice(-MOST_LINES))
    .sort((a, b) => a.timestamp - b.timestamp)
    .slice(-MOST_LINES)
    .map(({ message }) => message);
}
