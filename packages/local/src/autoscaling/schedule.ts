import { Cron } from "croner";
import { AwsError } from "../errors.js";

/** When a scheduled action runs. */
export interface Schedule {
  /** `at(yyyy-mm-ddThh:mm:ss)`, `rate(5 minutes)` or `cron(minutes hours day-of-month month day-of-week year)`. */
  readonly expression: string;
  /** Of `at` and `cron`: an IANA name. Default UTC. */
  readonly timezone?: string | undefined;
  /** What a rate counts from, and before which nothing runs, ms since 1970. */
  readonly fromMs: number;
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * The first run of a schedule after an instant, ms since 1970; undefined when there is none any more.
 *
 * @throws AwsError ValidationException for what is no schedule
 */
export function nextRun(
  { expression, timezone = "UTC", fromMs }: Schedule,
  afterMs: number,
): number | undefined {
  const rate = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression);
  if (rate !== null) {
    const periodMs = Number(rate[1]) * UNIT_MS[rate[2] as keyof typeof UNIT_MS];
    return fromMs + Math.max(1, Math.floor((afterMs - fromMs) / periodMs) + 1) * periodMs;
  }
  const at = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression)?.[1];
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  const pattern = at ?? (fields?.length === 6 ? cronPattern(fields) : undefined);
  if (pattern === undefined) throw invalid(expression);
  try {
    return new Cron(pattern, { timezone }).nextRun(new Date(Math.max(afterMs, fromMs)))?.getTime();
  } catch (cause) {
    throw invalid(expression, cause);
  }
}

/** @throws AwsError ValidationException for what is no IANA time zone */
export function checkTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch (cause) {
    throw new AwsError("ValidationException", `Timezone "${timezone}" is not an IANA time zone.`, 400, {
      cause,
    });
  }
}

/** Last value of each of the fields that may be stepped through. */
const LAST = [59, 23, 31, 12, 6];

/** AWS has the year last, no seconds, and counts days of the week from 1, Sunday; cron from 0. */
function cronPattern(fields: readonly string[]): string {
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields.map((field, place) =>
    // AWS's `0/15` is what cron writes `0-59/15`.
    field.replace(/(?<![-\d])(\d+)\//g, `$1-${LAST[place]! + (place === 4 ? 1 : 0)}/`),
  );
  const days = dayOfWeek!
    .replace(/^L$/i, "7")
    // What follows a slash or a hash is a number of days or weeks.
    .replace(/(?<![#/\d])\d+/g, (day) => String(Number(day) - 1));
  return `0 ${minutes} ${hours} ${dayOfMonth} ${month} ${days} ${year}`;
}

function invalid(expression: string, cause?: unknown): AwsError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new AwsError(
    "ValidationException",
    `Schedule "${expression}" must be at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields)${why}.`,
    400,
    { cause },
  );
}
