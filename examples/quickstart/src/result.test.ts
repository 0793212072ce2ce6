import { describe, expect, it } from "vitest";
import type { ClassificationFigures, VideoFigures } from "./figures.js";
import { explainSplits, makeResult } from "./result.js";
import { formatSummary } from "./summary.js";

const figures = (split: "random" | "group" | "stratified", accuracy: number): ClassificationFigures => ({
  dataset: "drivers",
  synthetic: false,
  split,
  classes: ["c0", "c1"],
  parts: {
    train: { pictures: 60 },
    validation: { pictures: 10 },
    test: { pictures: 30 },
  },
  accuracy,
  correct: Math.round(30 * accuracy),
  total: 30,
  examples: [],
  endpointName: "e",
});
const video: VideoFigures = {
  synthetic: true,
  input: "road.mp4",
  model: "m.onnx",
  output: "/out/road_output.mp4",
  detections: "/out/road_detections.jsonl",
  frames: 200,
  durationSeconds: 8,
  framesWithDetections: 150,
  detectionCount: 300,
};

const noSteps = { steps: [], seconds: 0 };

describe("makeResult", () => {
  it("has the first split's figures on top and every split beside it", () => {
    const result = makeResult(
      { steps: [{ name: "a", seconds: 1.23456 }], seconds: 1.23456 },
      [figures("group", 0.5), figures("random", 0.9)],
      video,
    );
    expect(result.steps).toEqual([{ name: "a", seconds: 1.235 }]);
    expect(result.seconds).toBe(1.235);
    expect(result.classification).toMatchObject({
      classes: ["c0", "c1"],
      trainImages: 60,
      validationImages: 10,
      testImages: 30,
      accuracy: 0.5,
      split: "group",
    });
    expect(result.classification.comparison.map(({ split, accuracy }) => [split, accuracy])).toEqual([
      ["group", 0.5],
      ["random", 0.9],
    ]);
    expect(result.video).toEqual({
      output: "/out/road_output.mp4",
      frames: 200,
      durationSeconds: 8,
      framesWithDetections: 150,
      detections: 300,
      synthetic: true,
    });
  });
});

describe("explainSplits", () => {
  it("says why the split at random looks better, in points", () => {
    const result = makeResult(noSteps, [figures("group", 0.5), figures("random", 0.9)], video);
    expect(explainSplits(result)).toMatch(/at random scores 40\.0 points higher because the same subjects/);
    expect(formatSummary(result, "r.html")).toMatch(
      /group +60 +10 +30 +50\.0 %\n +random +60 +10 +30 +90\.0 %/,
    );
  });

  it("does not explain a gap that chance may give, and nothing where there is one split", () => {
    expect(
      explainSplits(makeResult(noSteps, [figures("random", 0.8), figures("group", 0.9)], video)),
    ).toMatch(/may be chance/);
    expect(explainSplits(makeResult(noSteps, [figures("stratified", 0.8)], video))).toBeUndefined();
  });
});
