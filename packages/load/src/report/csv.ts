import type { LoadFigures } from "../measure/figures.js";
import { PERCENTILES } from "../measure/tally.js";
import type { LoadResult, LoadSecond } from "../result.js";

// The columns of Locust 2 (locust/stats.py, StatsCSV), so that what reads its files reads ours. Times are in ms.

const percents = PERCENTILES.map((percentile) => `${percentile}%`);

/** `load_stats.csv`: one row for the target, one for all. */
export function statsCsv({ target, total }: LoadResult): string {
  const columns = [
    "Type",
    "Name",
    "Request Count",
    "Failure Count",
    "Median Response Time",
    "Average Response Time",
    "Min Response Time",
    "Max Response Time",
    "Average Content Size",
    "Requests/s",
    "Failures/s",
    ...percents,
  ];
  const { latencyMs } = total;
  const figures = [
    total.requests,
    total.failures,
    latencyMs.percentiles["50"]!,
    latencyMs.mean,
    latencyMs.min,
    latencyMs.max,
    total.averageBytes,
    total.requestsPerSecond,
    total.failuresPerSecond,
    ...percentilesOf(total),
  ];
  return table([columns, [target.method, target.name, ...figures], ["", "Aggregated", ...figures]]);
}

/** `load_stats_history.csv`: one row a second. */
export function historyCsv({ startedAt, history }: LoadResult): string {
  const columns = [
    "Timestamp",
    "User Count",
    "Type",
    "Name",
    "Requests/s",
    "Failures/s",
    ...percents,
    "Total Request Count",
    "Total Failure Count",
    "Total Median Response Time",
    "Total Average Response Time",
    "Total Min Response Time",
    "Total Max Response Time",
    "Total Average Content Size",
  ];
  const start = Math.floor(Date.parse(startedAt) / 1000);
  return table([columns, ...history.map((row) => historyRow(row, start))]);
}

function historyRow(row: LoadSecond, start: number): (string | number)[] {
  const { soFar } = row;
  return [
    start + row.second + 1,
    row.users,
    "",
    "Aggregated",
    row.requestsPerSecond,
    row.failuresPerSecond,
    ...percentilesOf(row),
    soFar.requests,
    soFar.failures,
    soFar.medianMs,
    soFar.meanMs,
    soFar.minMs,
    soFar.maxMs,
    soFar.averageBytes,
  ];
}

/** `load_failures.csv`: one row for each kind of failure. */
export function failuresCsv({ target, failures }: LoadResult): string {
  const rows = failures.map(({ error, count }) => [target.method, target.name, error, count]);
  return table([["Method", "Name", "Error", "Occurrences"], ...rows]);
}

function percentilesOf({ latencyMs }: LoadFigures): number[] {
  return PERCENTILES.map((percentile) => latencyMs.percentiles[String(percentile)]!);
}

/** RFC 4180, as Python's csv module writes it. */
function table(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number): string {
  if (typeof value === "number") return String(Number(value.toFixed(3)));
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
