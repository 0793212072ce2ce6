import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyHead, logits } from "./head.js";
import { BLOCK_ROWS, HeadBlock } from "./head-block.js";
import { seededRandom } from "./random.js";

describe("HeadBlock", () => {
  it("gives the values of the head and the gradient of its weights, whatever the sizes", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 11 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: BLOCK_ROWS }),
    );
    fc.assert(
      fc.property(sizes, fc.integer(), ([classes, width, rows], seed) => {
        const random = seededRandom(seed >>> 0);
        const some = (length: number): Float32Array => Float32Array.from({ length }, () => random() - 0.5);
        const head = { ...emptyHead(classes, width), weight: some(classes * width) };
        const values = some(width * rows * 2);
        // From the last row to the first, and from where no vector begins.
        const starts = Array.from({ length: rows }, (_, n) => (rows - n) * width - 1);
        const block = new HeadBlock(classes, width);
        const slopes = some(rows * classes);
        // What another round leaves behind does not show.
        block.begin(head);
        block.multiply(values, starts);
        block.addGradient(slopes, rows);
        block.begin(head);
        const products = block.multiply(values, starts).slice(0, rows * classes);
        block.addGradient(slopes, rows);
        block.addGradient(slopes, rows);
        const gradient = new Float32Array(classes * width);
        block.readGradient(gradient);

        const out = new Float64Array(classes);
        const wanted = starts.flatMap((at) => {
          logits(head, values, at, out);
          return [...out];
        });
        wanted.forEach((value, i) => {
          expect(products[i]).toBeCloseTo(value, 4);
        });
        for (let c = 0; c < classes; c++) {
          for (let i = 0; i < width; i++) {
            const sum = starts.reduce((all, at, n) => all + slopes[n * classes + c]! * values[at + i]!, 0);
            expect(gradient[c * width + i]).toBeCloseTo(2 * sum, 4);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
