import { describe, expect, it } from "vitest";
import { sampleObject } from "../../../test/support/layout-recipes.js";
import { layoutSamples } from "../../../test/support/layout-samples.js";
import type { DetectorTensors } from "../detector.js";
import { frameGeometry } from "../geometry.js";
import { DetectorLayoutError } from "../layout-error.js";
import { planDetector } from "../plan-detector.js";

/** A copy of the outputs with one number changed. */
function changed(outputs: DetectorTensors, { output, at }: { output: string; at: number }, value: number) {
  const tensor = outputs[output]!;
  const data = Float32Array.from(tensor.data as Float32Array);
  data[at] = value;
  return { ...outputs, [output]: { ...tensor, data } };
}

const named = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

describe.each(layoutSamples.map((sample) => [sample.layout, sample] as const))("%s", (layout, sample) => {
  const source = { width: 1280, height: 1280 };
  const plan = (confidence = 0.25) => {
    const detector = planDetector(sample.model, { confidence, source });
    return { detector, geometry: frameGeometry(source, { ...detector.input, width: 640, height: 640 }) };
  };

  it("is recognised by what its exporter writes", () => {
    expect(plan().detector.layout).toBe(layout);
  });

  it("finds the object where it is, in source pixels", () => {
    const { detector, geometry } = plan();
    const found = detector.decode(sample.outputs, geometry);
    expect(found).toHaveLength(1);
    expect(found[0]!.classId).toBe(sampleObject.classId);
    expect(found[0]!.confidence).toBeCloseTo(sampleObject.confidence, 5);
    for (const [edge, value] of sampleObject.xyxy.entries()) {
      // The input is half the source.
      expect(found[0]!.xyxy[edge]).toBeCloseTo(2 * value, 2);
    }
  });

  if (sample.score) {
    const { score } = sample;
    it("refuses a score above 1, and names the output", () => {
      const { detector, geometry } = plan();
      const decode = () => detector.decode(changed(sample.outputs, score, 420), geometry);
      expect(decode).toThrow(DetectorLayoutError);
      expect(decode).toThrow(new RegExp(`"${named(score.output)}".*420`));
    });

    it("refuses a score above 1 in a later frame too", () => {
      const { detector, geometry } = plan();
      detector.decode(sample.outputs, geometry);
      const decode = () => detector.decode(changed(sample.outputs, score, 3), geometry);
      expect(decode).toThrow(new RegExp(`"${named(score.output)}" holds a score of 3, above 1`));
    });
  }

  if (sample.box) {
    const { box } = sample;
    it("refuses a box outside any sense, and names the output", () => {
      const { detector, geometry } = plan();
      const decode = () => detector.decode(changed(sample.outputs, box, 40_000), geometry);
      expect(decode).toThrow(DetectorLayoutError);
      expect(decode).toThrow(new RegExp(`"${named(box.output)}"`));
    });
  }
});

it("gives a keypoint that overflowed no confidence, so that a detection stays JSON", () => {
  const sample = layoutSamples.find(({ layout }) => layout === "yolo-nms-free-pose")!;
  const detector = planDetector(sample.model);
  const geometry = frameGeometry({ width: 640, height: 640 }, detector.input);
  const outputs = changed(sample.outputs, { output: "output0", at: 6 }, Number.POSITIVE_INFINITY);
  const [first, second] = detector.decode(outputs, geometry)[0]!.keypoints!;
  expect(first).toEqual({ x: 0, y: 0, confidence: 0 });
  expect(second).toEqual({ x: 320, y: 320, confidence: 1 });
});
