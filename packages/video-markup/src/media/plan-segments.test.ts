import { describe, expect, it } from "vitest";
import { planSegments } from "./plan-segments.js";
import type { VideoInfo } from "./probe.js";

/** A video at 25 frames/s with a keyframe every second; ticks are milliseconds. */
function video(seconds: number): VideoInfo {
  const pts = Float64Array.from({ length: seconds * 25 }, (_, n) => n * 40);
  const index = { pts, keyframes: pts.filter((time) => time % 1000 === 0), lastDuration: 40, complete: true };
  return { index, timeBase: { num: 1, den: 1000 }, formats: ["mov", "mp4"] } as unknown as VideoInfo;
}

const secondsOf = (plan: ReturnType<typeof planSegments>) => plan.map(({ frames }) => frames / 25);

describe("planSegments", () => {
  it("cuts thirty seconds at a time, and less towards the end, so that no host waits for another's last one", () => {
    const lengths = secondsOf(planSegments(video(400)));
    expect(lengths.slice(0, 5)).toEqual([30, 30, 30, 30, 30]);
    expect(lengths.at(-1)).toBeLessThanOrEqual(3);
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(400);
  });

  it("cuts into more pieces for more hosts", () => {
    const pieces = [1, 2, 4, 16].map((hosts) => planSegments(video(30), { hosts }).length);
    expect(pieces).toEqual([...pieces].sort((a, b) => a - b));
    expect(pieces.at(-1)).toBe(15);
  });

  it("keeps to the length that is asked for, whatever is left", () => {
    expect(secondsOf(planSegments(video(12), { segmentSeconds: 4 }))).toEqual([4, 4, 4]);
    expect(secondsOf(planSegments(video(12), { segmentSeconds: 100 }))).toEqual([12]);
  });

  it("leaves no gap and no overlap between segments", () => {
    const plan = planSegments(video(60), { maxSeconds: 41.5 });
    expect(plan.reduce((sum, { frames }) => sum + frames, 0)).toBe(Math.ceil(41.5 * 25));
    for (const [n, { startPts, firstFrame }] of plan.entries()) {
      if (n === 0) continue;
      expect(startPts).toBe(plan[n - 1]!.endPts);
      expect(firstFrame).toBe(plan[n - 1]!.firstFrame + plan[n - 1]!.frames);
    }
  });
});
