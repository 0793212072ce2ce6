import { describe, expect, it } from "vitest";
import { BehindJudge } from "./behind-judge.js";

/**
 * A camera of 25 frames/s before a model that takes `workSeconds` a frame; leaving one out takes 2 ms.
 * Answers how many were taken, and how late the latest taken was.
 */
function simulate(workSeconds: number, seconds: number, drift = 0) {
  const judge = new BehindJudge(0.5);
  let now = 0;
  let taken = 0;
  let latest = 0;
  for (let n = 0; n < seconds * 25; n++) {
    const media = n / 25;
    const here = media * (1 + drift);
    const waited = Math.max(0, here - now);
    now = Math.max(now, here);
    if (judge.isBehind(media, now, waited)) now += 0.002;
    else {
      taken++;
      latest = Math.max(latest, now - here);
      now += workSeconds;
    }
  }
  return { taken, latest };
}

describe("BehindJudge", () => {
  it("takes every frame while the model keeps up", () => {
    expect(simulate(0.039, 600)).toEqual({ taken: 15_000, latest: 0 });
  });

  it("takes as many as the model can, none much later than the limit, for as long as it lasts", () => {
    const { taken, latest } = simulate(0.1, 3600);
    expect(taken).toBeGreaterThan(0.85 * 36_000);
    expect(latest).toBeLessThan(0.65);
  });

  it("takes no drift of a camera's clock for lateness", () => {
    expect(simulate(0.039, 20_000, 200e-6).taken).toBe(500_000);
  });

  it("still takes a frame a second when nothing can be caught up", () => {
    const judge = new BehindJudge(0.5);
    let taken = 0;
    // Frames come at half speed for ever, and none has to be waited for.
    for (let n = 0; n < 2500; n++) if (!judge.isBehind(n / 25, n / 12.5, 0)) taken++;
    expect(taken).toBeGreaterThan(190);
  });

  it("calls nothing late that comes faster than it shows", () => {
    const judge = new BehindJudge(0.5);
    for (let n = 0; n < 1000; n++) expect(judge.isBehind(n / 25, n / 100, 0)).toBe(false);
  });
});
