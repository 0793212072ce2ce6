/** What a line of the log holds beside its message, such as the request's id. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes one line. */
export type Log = (message: string, fields?: LogFields) => void;

/** A log of one JSON object a line, as CloudWatch Logs Insights takes it apart: `{"time", "message", ...fields}`. */
export function jsonLog(write: (line: string) => void): Log {
  return (message, fields = {}) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), message, ...fields })}\n`);
}
