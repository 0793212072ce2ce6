import type { Detection, Xyxy } from "../detection.js";

/**
 * A detection without digits that mean nothing: hundredths of a pixel, ten thousandths of a score. It is
 * rounded once, before it is drawn, so that a video drawn from stored detections is the same.
 */
export function roundDetection(detection: Detection): Detection {
  const { confidence, xyxy, mask, keypoints, orientedBox } = detection;
  return {
    ...detection,
    confidence: score(confidence),
    xyxy: box(xyxy),
    ...(mask && { mask: { ...mask, xyxy: box(mask.xyxy) } }),
    ...(keypoints && {
      keypoints: keypoints.map(({ x, y, confidence }) => ({
        x: pixels(x),
        y: pixels(y),
        confidence: score(confidence),
      })),
    }),
    ...(orientedBox && {
      orientedBox: {
        centerX: pixels(orientedBox.centerX),
        centerY: pixels(orientedBox.centerY),
        width: pixels(orientedBox.width),
        height: pixels(orientedBox.height),
        angle: score(orientedBox.angle),
      },
    }),
  };
}

function box([x1, y1, x2, y2]: Xyxy): Xyxy {
  return [pixels(x1), pixels(y1), pixels(x2), pixels(y2)];
}

function pixels(value: number): number {
  return Math.round(value * 100) / 100;
}

function score(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
