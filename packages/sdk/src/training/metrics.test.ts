import { expect, test } from "vitest";
import { imageClassificationMetrics, metricParser } from "./metrics.js";

const when = new Date(0);
const parse = metricParser(imageClassificationMetrics);

test.each([
  ["[11/22/2026 04:49:15 INFO 140] Epoch[0] Train-accuracy=0.5", "train:accuracy", 0.5, 0],
  ["[11/22/2026 04:49:15 INFO 140] Epoch[12] Validation-accuracy=0.9375", "validation:accuracy", 0.9375, 12],
  ["Epoch[3] Time cost=1.25", "train:epoch_seconds", 1.25, 3],
  ["Epoch[3] Train-cross-entropy=1e-05", "train:cross_entropy", 1e-5, 3],
])("finds the metric in %j", (line, name, value, epoch) => {
  expect(parse(line, when)).toEqual([{ name, value, epoch, timestamp: when }]);
});

test("a line of batch speed, and any other, has none", () => {
  expect(parse("Epoch[0] Batch [20]\tSpeed: 100.00 samples/sec\taccuracy=0.5", when)).toEqual([]);
  expect(parse("hello", when)).toEqual([]);
});

test("not a number is a value too", () => {
  expect(parse("Epoch[0] Train-accuracy=nan", when)[0]?.value).toBeNaN();
});

test("a metric of one's own without an epoch has none", () => {
  const own = metricParser([{ name: "loss", regex: "loss: ([0-9.]+)" }]);
  expect(own("loss: 0.25", when)).toEqual([{ name: "loss", value: 0.25, epoch: undefined, timestamp: when }]);
});
