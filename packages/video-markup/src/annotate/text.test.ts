import { describe, expect, it } from "vitest";
import { glyphFor } from "./font.js";
import { capPixels, drawText } from "./text.js";

/** Rows of the bitmap that have coverage of at least `least`. */
function rowsWith(text: string, size: number, least: number): number[] {
  const { width, height, coverage } = drawText(text, size);
  return Array.from({ length: height }, (_, row) => row).filter((row) =>
    coverage.subarray(row * width, (row + 1) * width).some((value) => value >= least),
  );
}

describe("drawText", () => {
  it("draws full strokes at every size: a capital's stem reaches full coverage", () => {
    for (let size = 12; size <= 120; size += 3) {
      expect(Math.max(...drawText("HIE", size).coverage)).toBe(255);
    }
  });

  it("puts baseline and capital height on whole pixels: no faint row above or below an H", () => {
    for (let size = 11; size <= 60; size++) {
      const faint = rowsWith("HEx", size, 1);
      expect(faint).toHaveLength(capPixels(size));
      expect(rowsWith("HEx", size, 200)).toEqual(faint);
    }
  });

  it("grows in width with the text and keeps the height of capitals", () => {
    expect(drawText("Pothole 0.87", 18).width).toBeGreaterThan(drawText("Pothole", 18).width);
    expect(drawText("HH", 18).width).toBe(2 * drawText("H", 18).width);
  });

  it("leaves the hole of an O open", () => {
    const { width, height, coverage } = drawText("O", 40);
    expect(coverage[Math.floor(height / 2) * width + Math.floor(width / 2)]).toBe(0);
  });

  it("draws a square for a character that the font lacks", () => {
    expect(glyphFor("漢".codePointAt(0)!)).toBe(glyphFor(0x25a1));
    expect(glyphFor("é".codePointAt(0)!)).not.toBe(glyphFor(0x25a1));
    expect(drawText("漢", 18).coverage.some((value) => value > 0)).toBe(true);
  });

  it("takes an empty text", () => {
    expect(drawText("", 18).width).toBe(1);
  });
});
