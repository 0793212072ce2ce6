import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameGeometry, toInputX, toInputY, toSourceX, toSourceY } from "./geometry.js";

const side = fc.integer({ min: 1, max: 8000 });
const fit = fc.constantFrom("letterbox-center", "letterbox-top-left", "stretch") as fc.Arbitrary<
  "letterbox-center" | "letterbox-top-left" | "stretch"
>;

describe("frameGeometry", () => {
  it.each([
    [1280, 720, 640, 640, "letterbox-center", 0, 140, 640, 360, "16:9 in a square: bars above and below"],
    [854, 480, 320, 320, "letterbox-center", 0, 70, 320, 180, "179.86 rounds to 180"],
    [
      640,
      357,
      320,
      320,
      "letterbox-center",
      0,
      71,
      320,
      178,
      "178.5 rounds to the even 178, as Python's round",
    ],
    [333, 640, 320, 320, "letterbox-center", 77, 0, 166, 320, "odd padding: the extra pixel goes right"],
    [854, 480, 416, 416, "letterbox-top-left", 0, 0, 416, 233, "YOLOX truncates 233.8"],
    [1280, 720, 352, 352, "stretch", 0, 0, 352, 352, "stretch loses the aspect"],
    [4000, 1, 320, 320, "letterbox-center", 0, 159, 320, 1, "a sliver keeps one pixel"],
  ] as const)("fits %ix%i into %ix%i %s", (sw, sh, width, height, how, left, top, cw, ch, _reason) => {
    const geometry = frameGeometry({ width: sw, height: sh }, { width, height, fit: how });
    expect(geometry).toMatchObject({ left, top, content: { width: cw, height: ch } });
  });

  it("keeps the content inside the input and undoes every point", () => {
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fit,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (sw, sh, w, h, f, t) => {
          const geometry = frameGeometry({ width: sw, height: sh }, { width: w, height: h, fit: f });
          expect(geometry.left + geometry.content.width).toBeLessThanOrEqual(w);
          expect(geometry.top + geometry.content.height).toBeLessThanOrEqual(h);
          expect(geometry.left).toBeGreaterThanOrEqual(0);
          expect(toSourceX(geometry, toInputX(geometry, t * sw))).toBeCloseTo(t * sw, 6);
          expect(toSourceY(geometry, toInputY(geometry, t * sh))).toBeCloseTo(t * sh, 6);
          expect(toSourceX(geometry, geometry.left + geometry.content.width)).toBe(sw);
          expect(toSourceY(geometry, geometry.top)).toBe(0);
        },
      ),
    );
  });
});
