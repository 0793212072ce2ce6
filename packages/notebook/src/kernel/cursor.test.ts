import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codePointOffset, unitOffset } from "./cursor.js";

describe("cursor offsets", () => {
  it("count an emoji as one code point and two units", () => {
    expect(unitOffset('"\u{1f600}" + x', 3)).toBe(4);
    expect(codePointOffset('"\u{1f600}" + x', 4)).toBe(3);
  });

  it("stay within the text", () => {
    expect([-1, 0, 99, Number.NaN].map((offset) => unitOffset("ab", offset))).toEqual([0, 0, 2, 0]);
  });

  it("come back at every character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (let at = 0; at <= [...text].length; at++) {
          expect(codePointOffset(text, unitOffset(text, at))).toBe(at);
        }
      }),
    );
  });
});
