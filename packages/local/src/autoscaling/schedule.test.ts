import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextRun } from "./schedule.js";

const after = Date.parse("2026-11-28T10:30:00Z"); // a Saturday
const next = (expression: string, timezone?: string, fromMs = 0) => {
  const run = nextRun({ expression, timezone, fromMs }, after);
  return run === undefined ? undefined : new Date(run).toISOString();
};

describe("a schedule", () => {
  test.each([
    ["at(2026-11-28T11:00:00)", undefined, "2026-11-28T11:00:00.000Z", "UTC unless it is said"],
    ["at(2026-11-28T12:00:00)", "Europe/Berlin", "2026-11-28T11:00:00.000Z", "an hour ahead in winter"],
    ["at(2026-11-28T10:00:00)", undefined, undefined, "gone by"],
    ["cron(0 8 * * ? *)", undefined, "2026-11-29T08:00:00.000Z", "every morning"],
    ["cron(0 8 ? * MON-FRI *)", undefined, "2026-11-30T08:00:00.000Z", "on working days, by name"],
    ["cron(0 8 ? * 2-6 *)", undefined, "2026-11-30T08:00:00.000Z", "and by number: 1 is Sunday"],
    ["cron(0 8 ? * 1 *)", undefined, "2026-11-29T08:00:00.000Z", "Sunday"],
    ["cron(0/15 * * * ? *)", undefined, "2026-11-28T10:45:00.000Z", "every quarter of an hour"],
    ["cron(0 9 ? * 2/2 *)", undefined, "2026-11-30T09:00:00.000Z", "Mondays, Wednesdays and Fridays"],
    ["cron(0 0 L * ? *)", undefined, "2026-11-30T00:00:00.000Z", "the last day of the month"],
    ["cron(0 0 1 1 ? 2028)", undefined, "2028-01-01T00:00:00.000Z", "in a year"],
    ["cron(0 0 1 1 ? 2025)", undefined, undefined, "in one that is over"],
    ["rate(1 hour)", undefined, "2026-11-28T11:00:00.000Z", "counted from the beginning of time here"],
  ])("%s in %s runs at %s: %s", (expression, timezone, expected, _why) => {
    expect(next(expression, timezone)).toBe(expected);
  });

  test("of a rate comes at whole periods from its begin, and never at the begin", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(1e9), (minutes, elapsed) => {
        const run = nextRun({ expression: `rate(${minutes} minutes)`, fromMs: after }, after + elapsed)!;
        expect((run - after) % (minutes * 60_000)).toBe(0);
        expect(run).toBeGreaterThan(after + elapsed);
        expect(run - (after + elapsed)).toBeLessThanOrEqual(minutes * 60_000);
      }),
    );
  });

  test.each([
    "",
    "daily",
    "rate(0 minutes)",
    "rate(1 week)",
    "cron(0 8 * *)",
    "cron(99 8 * * ? *)",
    "at(tomorrow)",
  ])("is not %j", (expression) => {
    expect(() => next(expression)).toThrow("must be at(yyyy-mm-ddThh:mm:ss)");
  });
});
