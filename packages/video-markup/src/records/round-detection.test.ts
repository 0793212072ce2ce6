import { describe, expect, it } from "vitest";
import type { Detection } from "../detection.js";
import { roundDetection } from "./round-detection.js";

describe("roundDetection", () => {
  const detection: Detection = {
    classId: 1,
    className: "pothole",
    confidence: 0.123456789,
    xyxy: [1.23456, 2, 3.999, 4.005001],
    trackId: 7,
    mask: { xyxy: [0.111, 0.222, 0.333, 0.444], width: 2, height: 1, runs: [1, 1] },
    keypoints: [{ x: 10.98765, y: 0, confidence: 1 }],
    orientedBox: { centerX: 5.005001, centerY: 1, width: 2.222222, height: 3, angle: 1.57079632 },
  };

  it("keeps hundredths of pixels and ten thousandths of scores, and all else as it is", () => {
    expect(roundDetection(detection)).toEqual({
      ...detection,
      confidence: 0.1235,
      xyxy: [1.23, 2, 4, 4.01],
      mask: { xyxy: [0.11, 0.22, 0.33, 0.44], width: 2, height: 1, runs: [1, 1] },
      keypoints: [{ x: 10.99, y: 0, confidence: 1 }],
      orientedBox: { centerX: 5.01, centerY: 1, width: 2.22, height: 3, angle: 1.5708 },
    });
  });

  it("changes nothing the second time", () => {
    const once = roundDetection(detection);
    expect(roundDetection(once)).toEqual(once);
  });
});
