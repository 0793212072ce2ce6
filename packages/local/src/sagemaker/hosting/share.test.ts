import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Share } from "./share.js";

/** The same numbers for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("a share", () => {
  test("is kept to one, however many come and whatever chance says", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(2000),
        fc.integer(),
        (share, count, seed) => {
          const picked = new Share(seeded(seed));
          let taken = 0;
          for (let index = 0; index < count; index++) if (picked.takes(share)) taken++;
          expect(Math.abs(taken - count * share)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  test.each([0.1, 0.2, 0.5])("of %d is spread evenly over callers that take turns", (share) => {
    const picked = new Share(seeded(15));
    const taken = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (let index = 0; index < 50_000; index++) if (picked.takes(share)) taken[index % 10]!++;
    for (const ofCaller of taken) expect(Math.abs(ofCaller / 5000 - share)).toBeLessThan(0.02);
  });

  test("of nothing takes nothing, of all takes all", () => {
    const picked = new Share();
    expect(Array.from({ length: 100 }, () => picked.takes(0))).not.toContain(true);
    expect(Array.from({ length: 100 }, () => picked.takes(1))).not.toContain(false);
  });
});
