import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { at, frames } from "../../test/support/boxes-by-foot.js";
import type { Anchor } from "./anchor.js";
import { lineCounter } from "./line-counter.js";

describe("lineCounter", () => {
  const line = { name: "gate", from: [0, 50], to: [100, 50] } as const;

  function crossings(...feet: readonly (readonly [number, number])[]) {
    const counter = lineCounter(line);
    const found = frames(...feet.map(([x, y]) => [at(x, y)])).flatMap((record) => counter.update(record));
    return found.map(({ direction, frame }) => `${direction} ${frame}`);
  }

  it.each([
    [
      [
        [50, 40],
        [50, 60],
      ],
      ["out 1"],
      "downwards is to the right hand of left-to-right",
    ],
    [
      [
        [50, 60],
        [50, 40],
      ],
      ["in 1"],
      "upwards",
    ],
    [
      [
        [50, 40],
        [50, 50],
        [50, 60],
      ],
      ["out 2"],
      "standing on the line first",
    ],
    [
      [
        [50, 40],
        [50, 50],
        [50, 40],
      ],
      [],
      "touching and turning back",
    ],
    [
      [
        [150, 40],
        [150, 60],
      ],
      [],
      "past the end of the line",
    ],
    [
      [
        [90, 40],
        [120, 60],
      ],
      [],
      "slanting past the end",
    ],
    [
      [
        [50, 40],
        [50, 60],
        [50, 40],
        [50, 60],
      ],
      ["out 1", "in 2", "out 3"],
      "to and fro",
    ],
  ] as const)("%j -> %j: %s", (feet, expected, _reason) => {
    expect(crossings(...feet)).toEqual(expected);
  });

  it("counts by class and ignores what is not tracked", () => {
    const counter = lineCounter(line);
    for (const record of frames(
      [at(20, 40), at(60, 60, { trackId: 2, className: "bus" })],
      [at(20, 60), at(60, 40, { trackId: 2, className: "bus" })],
    )) {
      counter.update(record);
    }
    const { trackId: _none, ...untracked } = at(30, 40);
    counter.update({ frame: 2, ptsSeconds: 1, detections: [untracked] });
    expect(counter.counts()).toEqual({
      in: 1,
      out: 1,
      byClass: { car: { in: 0, out: 1 }, bus: { in: 1, out: 0 } },
    });
  });

  it("counts once what trembles on the line, and names the frame that began to stay", () => {
    const counter = lineCounter({ ...line, threshold: 3 });
    const feet = [40, 60, 40, 60, 60, 40, 60, 60, 60, 60, 40, 60, 40];
    const found = frames(...feet.map((y) => [at(50, y)])).flatMap((record) => counter.update(record));
    expect(found).toEqual([
      { line: "gate", trackId: 1, className: "car", direction: "out", frame: 6, ptsSeconds: 0.6 },
    ]);
  });

  it("does not count who goes round the line's end, and then counts the way back through it", () => {
    expect(crossings([50, 40], [150, 45], [150, 60], [50, 60], [50, 40])).toEqual(["in 4"]);
  });

  it("takes the whole box over the line where the anchor says so", () => {
    const counter = lineCounter({ ...line, anchor: "box" });
    const found = frames(...[40, 55, 59, 61].map((y) => [at(50, y)])).flatMap((r) => counter.update(r));
    expect(found.map(({ frame }) => frame)).toEqual([3]);
  });

  const reference = JSON.parse(
    readFileSync(new URL("../../test/fixtures/line-counts.json", import.meta.url), "utf8"),
  ) as {
    line: [[number, number], [number, number]];
    frames: [number, number, number, number, number][][];
    counts: { anchor: Anchor; threshold: number; in: number; out: number }[];
  };

  it.each(reference.counts)("counts as supervision does: %j", ({ anchor, threshold, ...expected }) => {
    const [from, to] = reference.line;
    const counter = lineCounter({ name: "gate", from, to, anchor, threshold });
    for (const [frame, boxes] of reference.frames.entries()) {
      const detections = boxes.map(([trackId, ...xyxy]) => at(0, 0, { trackId, xyxy }));
      counter.update({ frame, ptsSeconds: frame / 25, detections });
    }
    expect(counter.counts()).toMatchObject(expected);
  });

  it("refuses a line without length, and a threshold that is no number of frames", () => {
    expect(() => lineCounter({ ...line, to: [0, 50] })).toThrow(/no length/);
    expect(() => lineCounter({ ...line, threshold: 0 })).toThrow(/whole number of frames from 1/);
    expect(() => lineCounter({ ...line, threshold: 2.5 })).toThrow(/"gate" is 2.5/);
  });
});
