import { expect, test } from "vitest";
import { MetricStore } from "./metric-store.js";
import { statistic } from "./statistics.js";

const metric = { namespace: "n", name: "m", dimensions: {} };
const MINUTE = 60_000;

test("what is said of earlier stands where it was", () => {
  const store = new MetricStore(10_000);
  for (const [minute, value] of [
    [3, 30],
    [1, 10],
    [2, 20],
    [1, 12],
  ] as const)
    store.record(metric, value, "None", minute * MINUTE);
  const summaries = store.summarize(metric, 0, 10 * MINUTE, MINUTE);
  expect(summaries.map(({ startMs, sum }) => [startMs / MINUTE, sum])).toEqual([
    [1, 22],
    [2, 20],
    [3, 30],
  ]);
});

test("counts and sets of statistics weigh as much as they say", () => {
  const store = new MetricStore(10_000);
  store.record(metric, 5, "None", 0, 3);
  store.recordSet(metric, { count: 10, sum: 100, min: 2, max: 30 }, "None", 0);
  const [summary] = store.summarize(metric, 0, MINUTE, MINUTE);
  expect(
    ["SampleCount", "Sum", "Minimum", "Maximum", "p50"].map((name) => statistic(summary!, name)),
  ).toEqual([13, 115, 2, 30, 5]);
});

test("values of two units are two series", () => {
  const store = new MetricStore(10_000);
  store.record(metric, 5, "Seconds", 0);
  store.record(metric, 5_000, "Milliseconds", 0);
  const shown = (unit?: string) =>
    store.summarize(metric, 0, MINUTE, MINUTE, unit).map((summary) => [summary.unit, summary.sum]);
  expect(shown()).toEqual([
    ["Seconds", 5],
    ["Milliseconds", 5_000],
  ]);
  expect(shown("Seconds")).toEqual([["Seconds", 5]]);
  expect(shown("Bytes")).toEqual([]);
  expect(store.find({ namespace: "n" })).toEqual([metric]);
  expect(store.find({ sinceMs: 9_999 })).toEqual([metric]);
  expect(store.find({ sinceMs: 10_000 })).toEqual([]);
});

test("nothing is lost of three days, and what is older than three hours stands by the minute", () => {
  const store = new MetricStore(10_000);
  const day = 24 * 60 * MINUTE;
  for (let time = 0; time < 3 * day; time += 10_000)
    store.record(metric, time < MINUTE ? 7 : 1, "None", time);
  // Earlier than all that is kept apart.
  store.record(metric, 100, "None", 5 * MINUTE);
  const sums = store.summarize(metric, 0, 3 * day, MINUTE).map(({ sum }) => sum);
  expect(sums).toHaveLength(3 * 24 * 60);
  expect([sums[0], sums[1], sums[5], sums.at(-1)]).toEqual([42, 6, 106, 6]);
  const [first] = store.summarize(metric, 0, MINUTE, MINUTE);
  expect(["SampleCount", "Maximum", "p50"].map((name) => statistic(first!, name))).toEqual([6, 7, 7]);
  store.record(metric, 1, "None", 4 * day);
  expect(store.summarize(metric, 0, 5 * day, 5 * day).map(({ count }) => count)).toEqual([3 * 24 * 360 + 2]);
});
