import { describe, expect, it } from "vitest";
import { Pace } from "./pace.js";

describe("Pace", () => {
  it("gives as many pictures at once as are done in 20 ms, one before that is known", () => {
    const pace = new Pace();
    expect(pace.picturesAtOnce(8)).toBe(2);
    expect(pace.picturesAtOnce(3)).toBe(1);
    pace.took(5);
    expect(pace.picturesAtOnce(3)).toBe(4);
    for (let i = 0; i < 40; i++) pace.took(50);
    expect(pace.picturesAtOnce(3)).toBe(1);
  });

  it("gives a model of a fixed batch what it takes together, however long that is", () => {
    const pace = new Pace();
    pace.fixedBatch = 16;
    pace.took(500);
    expect(pace.picturesAtOnce(3)).toBe(16);
  });

  it("gives a quarter of what waits for a host where that is more", () => {
    const pace = new Pace();
    pace.took(100);
    expect(pace.picturesAtOnce(31)).toBe(7);
  });
});
