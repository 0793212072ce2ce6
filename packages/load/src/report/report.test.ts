import { expect, test } from "vitest";
import { figuresOf } from "../measure/figures.js";
import { countRequest, emptyTally } from "../measure/tally.js";
import { Recorder, saturationOf } from "../recorder.js";
import type { LoadResult } from "../result.js";
import { failuresCsv, historyCsv, statsCsv } from "./csv.js";
import { htmlReport } from "./html-report.js";
import { lineChart } from "./line-chart.js";

function result(): LoadResult {
  const recorder = new Recorder([{ users: 2, seconds: 2 }]);
  for (const [second, milliseconds] of [10, 20].entries()) {
    const tally = emptyTally();
    countRequest(tally, { milliseconds, bytes: 4, error: undefined }, true);
    countRequest(tally, { milliseconds, bytes: 0, error: 'HTTP 500 "<b>"' }, true);
    recorder.add({ second, users: 2, byStep: new Map([[0, tally]]) });
  }
  const steps = recorder.steps(2, undefined);
  return {
    target: { method: "POST", name: "/classify", origin: "http://127.0.0.1" },
    startedAt: "2026-01-01T00:00:00.000Z",
    seconds: 2,
    ending: "done",
    total: figuresOf(recorder.total, 2),
    steps,
    failures: recorder.failures(),
    history: recorder.history,
    saturation: saturationOf(steps),
    generator: { workers: 1, cpuSeconds: 1, requestsPerCpuSecond: 4, lateShare: 0, worstLateMs: 0 },
    endpoint: undefined,
    notes: [],
  };
}

test("the CSV files have Locust's columns", () => {
  const percents = "50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%";
  const [head, row, all] = statsCsv(result()).split("\r\n");
  expect(head).toBe(
    `Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,${percents}`,
  );
  expect(row).toMatch(/^POST,\/classify,4,2,10(\.\d+)?,15(\.\d+)?,.*,2,2,1,/);
  expect(all).toMatch(/^,Aggregated,4,2,/);
  const history = historyCsv(result()).trimEnd().split("\r\n");
  expect(history[0]).toBe(
    `Timestamp,User Count,Type,Name,Requests/s,Failures/s,${percents},Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size`,
  );
  expect(history.slice(1).map((line) => line.split(",").slice(0, 6).join())).toEqual([
    "1767225601,2,,Aggregated,2,1",
    "1767225602,2,,Aggregated,2,1",
  ]);
  expect(failuresCsv(result())).toBe(
    'Method,Name,Error,Occurrences\r\nPOST,/classify,"HTTP 500 ""<b>""",2\r\n',
  );
});

test("a message of the target is text in the page", () => {
  const html = htmlReport(result());
  expect(html).toContain("HTTP 500 &quot;&lt;b&gt;&quot;");
  expect(html).not.toContain('"<b>"');
  expect(html.match(/<svg /g)).toHaveLength(4);
});

test("a chart of nothing, of one point and of a day has no NaN and few points", () => {
  const day = Array.from({ length: 86_400 }, (_, second) => [second, second % 60] as const);
  for (const points of [[], [[1, 5] as const], day]) {
    const svg = lineChart("x", "ms", [{ name: "line", points }]);
    expect(svg).not.toContain("NaN");
    expect(svg.length).toBeLessThan(20_000);
  }
});
