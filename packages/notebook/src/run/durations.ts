import { UsageError } from "../errors.js";

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Longest timer of Node.js, in milliseconds: a longer one would fire at once. */
const maxMs = 2 ** 31 - 1;

/** Milliseconds of "90s", "5m", "1.5h", "200ms" or a number of seconds.
 * @throws UsageError for anything else, zero, or more than 24 days.
 */
export function parseDuration(text: string, option: string): number {
  const match = text.match(/^(\d+(?:\.\d+)?)(ms|s|m|h)?$/);
  const ms = match === null ? Number.NaN : Number(match[1]) * unitMs[match[2] ?? "s"]!;
  if (!(ms > 0 && ms <= maxMs)) {
    throw new UsageError(`${option} takes a time such as 90s, 5m or 1.5h (at most 24 days), got "${text}".`);
  }
  return ms;
}

/** "0.31 s", "12.4 s", "3 min 05 s". */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
