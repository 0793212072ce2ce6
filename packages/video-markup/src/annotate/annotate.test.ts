import { annotationKinds } from "@sightline/contract/annotation-style";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Detection } from "../detection.js";
import { encodeMask } from "../detectors/masks.js";
import { annotateFrame, createAnnotator } from "./annotator.js";
import type { AnnotationStyle } from "./style.js";
import { type Yuv420Frame, yuv420ByteLength, yuv420Frame } from "./yuv-frame.js";

function grey(width: number, height: number): Yuv420Frame {
  const bytes = new Uint8Array(yuv420ByteLength(width, height)).fill(128);
  return yuv420Frame(bytes, width, height);
}

function found(xyxy: Detection["xyxy"], more: Partial<Detection> = {}): Detection {
  return { classId: 0, className: "Pothole", confidence: 0.87, xyxy, ...more };
}

/** Pixels whose brightness changed, as [x, y]. */
function changed(frame: Yuv420Frame): [number, number][] {
  const pixels: [number, number][] = [];
  for (const [at, value] of frame.y.entries()) {
    if (value !== 128) pixels.push([at % frame.width, Math.floor(at / frame.width)]);
  }
  return pixels;
}

describe("annotateFrame", () => {
  it("draws a box's line inside its edges and nowhere else", () => {
    const frame = grey(64, 48);
    annotateFrame(frame, [found([10, 12, 30, 32])], { annotate: ["box"], thickness: 2 });
    const pixels = changed(frame);
    expect(pixels).toHaveLength(20 * 20 - 16 * 16);
    for (const [x, y] of pixels) {
      expect(x >= 10 && x < 30 && y >= 12 && y < 32).toBe(true);
      expect(x >= 12 && x < 28 && y >= 14 && y < 30).toBe(false);
    }
  });

  it("draws red as BT.601 limited range below 720 rows and BT.709 from there", () => {
    const style: AnnotationStyle = { annotate: ["box"], palette: ["#ff0000"], thickness: 2 };
    const small = grey(64, 48);
    annotateFrame(small, [found([0, 0, 20, 20])], style);
    expect([small.y[0], small.u[0], small.v[0]]).toEqual([81, 90, 240]);
    const large = grey(16, 720);
    annotateFrame(large, [found([0, 0, 16, 20])], style);
    expect([large.y[0], large.u[0], large.v[0]]).toEqual([63, 102, 240]);
    const full = { ...grey(64, 48), range: "full" as const };
    annotateFrame(full, [found([0, 0, 20, 20])], style);
    expect([full.y[0], full.u[0], full.v[0]]).toEqual([76, 85, 255]);
  });

  it("mixes a colour sample by half where an odd edge covers half of it", () => {
    const frame = grey(32, 32);
    annotateFrame(frame, [found([5, 4, 20, 20])], { annotate: ["box"], palette: ["#ff0000"], thickness: 2 });
    const row = 3 * 16;
    expect([...frame.v.subarray(row + 1, row + 5)]).toEqual([128, 184, 184, 128]);
  });

  it("puts the label above the box, and inside where there is no room above", () => {
    const style: AnnotationStyle = { annotate: ["label"], textSize: 12 };
    const below = grey(200, 100);
    annotateFrame(below, [found([40, 60, 90, 90])], style);
    const rows = changed(below).map(([, y]) => y);
    expect(Math.max(...rows)).toBeLessThan(60);
    expect(Math.min(...rows)).toBeGreaterThan(35);
    const top = grey(200, 100);
    annotateFrame(top, [found([40, 3, 90, 90])], style);
    // Tags lie on even rows, on whole colour samples.
    expect(Math.min(...changed(top).map(([, y]) => y))).toBe(2);
  });

  it("moves a label left to keep it inside the frame", () => {
    const frame = grey(200, 100);
    annotateFrame(frame, [found([190, 60, 199, 90])], { annotate: ["label"], textSize: 12 });
    const columns = changed(frame).map(([x]) => x);
    expect(Math.max(...columns)).toBe(199);
    expect(Math.min(...columns)).toBeLessThan(130);
  });

  it("fills only the mask, and nothing without one", () => {
    const frame = grey(32, 32);
    const mask = encodeMask(new Uint8Array([1, 0, 0, 1]), 2, 2, [8, 8, 16, 16]);
    annotateFrame(frame, [found([8, 8, 16, 16], { mask })], { annotate: ["mask"] });
    expect(changed(frame)).toHaveLength(32);
    const none = grey(32, 32);
    annotateFrame(none, [found([8, 8, 16, 16])], { annotate: ["mask"] });
    expect(changed(none)).toHaveLength(0);
  });

  it.each(["blur", "pixelate"] as const)("makes what is inside the box unreadable: %s", (kind) => {
    const frame = grey(64, 64);
    for (let at = 0; at < frame.y.length; at++) frame.y[at] = (at + (at >> 6)) % 2 ? 255 : 0;
    annotateFrame(frame, [found([16, 16, 48, 48])], { annotate: [kind] });
    for (let y = 20; y < 44; y++) {
      for (let x = 20; x < 44; x++) expect(Math.abs(frame.y[y * 64 + x]! - 127.5)).toBeLessThan(40);
    }
    expect(frame.y[5]).toBe(255);
  });

  it("hides only the classes asked for", () => {
    const frame = grey(64, 64);
    frame.y[20 * 64 + 20] = 255;
    annotateFrame(frame, [found([16, 16, 48, 48])], { annotate: ["blur"], hideClasses: ["face"] });
    expect(frame.y[20 * 64 + 20]).toBe(255);
  });

  it("shows where a tracked object came from and where it was seen most", () => {
    const annotator = createAnnotator({ width: 100, height: 100 }, { annotate: ["trace", "heat-map"] });
    for (let i = 0; i < 10; i++) {
      const detections = [found([i * 8, 40, i * 8 + 10, 60], { trackId: 1 })];
      annotator.observe({ frame: i, ptsSeconds: i / 30, detections });
    }
    const frame = grey(100, 100);
    annotator.draw(frame, {
      frame: 10,
      ptsSeconds: 10 / 30,
      detections: [found([80, 40, 90, 60], { trackId: 1 })],
    });
    const pixels = changed(frame);
    expect(pixels.some(([x, y]) => x < 12 && y > 55)).toBe(true);
    expect(pixels.some(([x, y]) => x > 45 && x < 55 && y > 45 && y < 55)).toBe(true);
  });

  it("draws every kind on any frame size and any box, even outside, without touching another frame", () => {
    const edge = fc.double({ min: -50, max: 150, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 90 }),
        fc.array(fc.tuple(edge, edge, edge, edge), { maxLength: 3 }),
        fc.constantFrom(...annotationKinds),
        (width, height, boxes, kind) => {
          const bytes = new Uint8Array(yuv420ByteLength(width, height) + 64).fill(7);
          const frame = yuv420Frame(bytes.subarray(32, bytes.length - 32), width, height);
          const detections = boxes.map(([a, b, c, d], i) =>
            found([Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)], { trackId: i + 1 }),
          );
          annotateFrame(frame, detections, { annotate: [kind] });
          expect(bytes.subarray(0, 32).every((byte) => byte === 7)).toBe(true);
          expect(bytes.subarray(-32).every((byte) => byte === 7)).toBe(true);
        },
      ),
    );
  });

  it("draws a line with its counts, and a zone with who is in it, from all frames so far", () => {
    const style: AnnotationStyle = {
      annotate: [],
      lines: [{ name: "gate", from: [0, 50], to: [300, 50] }],
      zones: [
        {
          name: "yard",
          polygon: [
            [20, 60],
            [120, 60],
            [120, 100],
            [20, 100],
          ],
        },
      ],
    };
    const at = (y: number, frame: number) => ({
      frame,
      ptsSeconds: frame / 25,
      detections: [found([50, y - 10, 60, y], { trackId: 1 })],
    });
    const size = { width: 300, height: 120 };
    const drawnAfter = (...heights: number[]) => {
      const annotator = createAnnotator(size, style);
      for (const [frame, y] of heights.slice(0, -1).entries()) annotator.observe(at(y, frame));
      const frame = grey(size.width, size.height);
      annotator.draw(frame, at(heights.at(-1)!, heights.length - 1));
      return frame.y;
    };
    const before = drawnAfter(40);
    // The line and the zone's left side are white.
    expect(before[50 * 300 + 20]).toBeGreaterThan(220);
    expect(before[80 * 300 + 20]).toBeGreaterThan(220);
    expect(drawnAfter(30, 40)).toEqual(before);
    // "out 1" instead of "out 0", and "1 now 1 in all".
    expect(drawnAfter(40, 80)).not.toEqual(before);
    expect(drawnAfter(40, 80)).toEqual(drawnAfter(30, 40, 80));
  });

  it("refuses a line and a zone that cannot be counted at", () => {
    const line = { name: "gate", from: [5, 5], to: [5, 5] } as const;
    expect(() => createAnnotator({ width: 9, height: 9 }, { lines: [line] })).toThrow(/no length/);
    const zone = { name: "yard", polygon: [] };
    expect(() => createAnnotator({ width: 9, height: 9 }, { zones: [zone] })).toThrow(/three or more/);
  });

  it("refuses an unknown kind and a malformed colour with the remedy", () => {
    expect(() => annotateFrame(grey(8, 8), [], { annotate: ["boxes" as "box"] })).toThrow(/choose from blur/);
    expect(() => annotateFrame(grey(8, 8), [], { palette: ["red"] })).toThrow(/#rrggbb/);
  });
});
