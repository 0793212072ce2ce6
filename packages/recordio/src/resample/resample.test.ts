import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AntialiasResizer } from "./antialias-resizer.js";
import { triangleWeights } from "./filter-weights.js";
import { resizeOpenCvBilinear } from "./opencv-bilinear.js";
import { OpenCvResizer } from "./opencv-resizer.js";

interface ResizeCase {
  readonly height: number;
  readonly width: number;
  readonly newHeight: number;
  readonly newWidth: number;
  readonly source: string;
  readonly target: string;
}

const fixture = new URL("../../test/fixtures/expected.json", import.meta.url);
const { resize: cases } = JSON.parse(readFileSync(fixture, "utf8")) as { resize: ResizeCase[] };

const side = fc.integer({ min: 1, max: 40 });
const sides = fc.tuple(side, side, side, side);

/** Bytes that look like noise, so that any wrong weight shows. */
function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (Math.imul(at + 1, 2654435761) >>> 13) & 255);
}

describe("resizeOpenCvBilinear", () => {
  it.each(cases)("is cv2.resize to the last bit: $width x $height to $newWidth x $newHeight", (item) => {
    const { width, height, newWidth, newHeight } = item;
    const out = new Uint8Array(newWidth * newHeight * 3);
    const area = { offset: 0, stride: width * 3, width, height };
    resizeOpenCvBilinear(Buffer.from(item.source, "base64"), area, 3, out, newWidth, newHeight);
    expect(Buffer.from(out).toString("base64")).toBe(item.target);
  });
});

describe("OpenCvResizer", () => {
  it("gives the same bits as the plain function, whatever the sides", () => {
    const resizer = new OpenCvResizer();
    fc.assert(
      fc.property(sides, ([width, height, newWidth, newHeight]) => {
        const pixels = noise(width * height * 4);
        resizer.source(pixels.length).set(pixels);
        const area = { offset: 0, stride: width * 4, width, height };
        const wanted = new Uint8Array(newWidth * newHeight * 4);
        resizeOpenCvBilinear(pixels, area, 4, wanted, newWidth, newHeight);
        const same = area.width === newWidth && area.height === newHeight;
        expect(Buffer.from(resizer.resize(area, newWidth, newHeight))).toEqual(
          Buffer.from(same ? pixels : wanted),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe("AntialiasResizer", () => {
  it("sums the weights it says, whatever the sides", () => {
    const resizer = new AntialiasResizer();
    fc.assert(
      fc.property(sides, ([width, height, newWidth, newHeight]) => {
        const pixels = noise(width * height * 3);
        resizer.source(pixels.length).set(pixels);
        const area = { offset: 0, stride: width * 3, width, height };
        const found = resizer.resize(area, newWidth, newHeight);
        const wanted = plainAntialias(pixels, width, height, newWidth, newHeight);
        for (let at = 0; at < newWidth * newHeight; at++) {
          for (let c = 0; c < 3; c++) expect(found[at * 4 + c]).toBe(wanted[at * 3 + c]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("resizes a part of the source only", () => {
    const resizer = new AntialiasResizer();
    const source = resizer.source(10 * 10 * 3).fill(0);
    for (let y = 2; y < 6; y++) source.fill(200, (y * 10 + 2) * 3, (y * 10 + 6) * 3);
    const out = resizer.resize({ offset: (2 * 10 + 2) * 3, stride: 30, width: 4, height: 4 }, 2, 2);
    expect([...out].filter((_, at) => at % 4 !== 3)).toEqual(new Array(12).fill(200));
  });

  it("writes its tables anew after a source of another size lay over them", () => {
    const resizer = new AntialiasResizer();
    const area = { offset: 0, stride: 60, width: 20, height: 20 };
    resizer.source(1200).fill(77);
    const first = Buffer.from(resizer.resize(area, 7, 7));
    resizer.source(100_000).fill(255);
    resizer.source(1200).fill(77);
    expect(Buffer.from(resizer.resize(area, 7, 7))).toEqual(first);
  });
});

describe("triangleWeights", () => {
  it("sums to 256 for every output sample and stays inside the input", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 300 }), (input, output) => {
        const { taps, first, used, weights } = triangleWeights(input, output);
        for (let i = 0; i < output; i++) {
          const row = weights.subarray(i * taps, i * taps + used[i]!);
          expect(row.reduce((sum, weight) => sum + weight, 0)).toBe(256);
          expect(first[i]).toBeGreaterThanOrEqual(0);
          expect(first[i]! + used[i]!).toBeLessThanOrEqual(input);
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** The same sums as the kernels', in plain TypeScript: rows first, rounded to bytes, then columns. */
function plainAntialias(
  source: Uint8Array,
  width: number,
  height: number,
  newWidth: number,
  newHeight: number,
) {
  const rows = triangleWeights(height, newHeight);
  const columns = triangleWeights(width, newWidth);
  const middle = new Uint8Array(width * 3 * newHeight);
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < width * 3; x++) {
      let sum = 128;
      for (let t = 0; t < rows.used[y]!; t++) {
        sum += rows.weights[y * rows.taps + t]! * source[(rows.first[y]! + t) * width * 3 + x]!;
      }
      middle[y * width * 3 + x] = sum >> 8;
    }
  }
  const out = new Uint8Array(newWidth * newHeight * 3);
  for (let at = 0; at < out.length; at++) {
    const x = Math.floor(at / 3) % newWidth;
    const y = Math.floor(at / 3 / newWidth);
    let sum = 128;
    for (let t = 0; t < columns.used[x]!; t++) {
      sum +=
        columns.weights[x * columns.taps + t]! *
        middle[y * width * 3 + (columns.first[x]! + t) * 3 + (at % 3)]!;
    }
    out[at] = sum >> 8;
  }
  return out;
}
