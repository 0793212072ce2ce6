import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ListError } from "../errors.js";
import type { ImageList } from "./image-list.js";
import { apportion, sampleList, shardList, splitList } from "./split-list.js";

/** `count` images of three classes by seven people. */
function makeList(count: number): ImageList {
  const entries = Array.from({ length: count }, (_, id) => ({
    id,
    labels: [id % 3],
    path: `c${id % 3}/${id}.jpg`,
    group: `p${(id * 5) % 7}`,
  }));
  return { root: "", entries, classes: ["c0", "c1", "c2"] };
}

const ids = (list: ImageList): number[] => list.entries.map(({ id }) => id);

describe("splitList", () => {
  it("puts every image in exactly one part, whatever the shares", () => {
    const share = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 21, max: 200 }),
        share,
        share,
        share,
        fc.constantFrom("random", "stratified", "group"),
        (count, a, b, c, kind) => {
          const parts = splitList(makeList(count), { kind: kind as "random", parts: { a, b, c } });
          const all = [...ids(parts.a), ...ids(parts.b), ...ids(parts.c)].sort((x, y) => x - y);
          expect(all).toEqual(Array.from({ length: count }, (_, id) => id));
        },
      ),
    );
  });

  it("never divides a group", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
        const { train, test } = splitList(makeList(100), {
          kind: "group",
          seed,
          parts: { train: 0.7, test: 0.3 },
        });
        const groups = new Set(train.entries.map(({ group }) => group));
        expect(test.entries.filter(({ group }) => groups.has(group))).toEqual([]);
        expect(test.entries.length).toBeGreaterThan(0);
      }),
    );
  });

  it("keeps the classes' proportion in a stratified split", () => {
    const { train, test } = splitList(makeList(300), {
      kind: "stratified",
      parts: { train: 0.8, test: 0.2 },
    });
    for (const label of [0, 1, 2]) {
      expect(train.entries.filter(({ labels }) => labels[0] === label)).toHaveLength(80);
      expect(test.entries.filter(({ labels }) => labels[0] === label)).toHaveLength(20);
    }
  });

  it("gives the same split for the same seed, and another for another", () => {
    const split = (seed: number) =>
      ids(splitList(makeList(50), { kind: "random", seed, parts: { a: 1, b: 1 } }).a);
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
    // Fixed for ever: a split made on one machine must come out on another.
    expect(split(1).slice(0, 6)).toEqual([2, 15, 47, 9, 21, 29]);
  });

  it("assigns groups by name and distributes the others", () => {
    const { train, test } = splitList(makeList(70), {
      kind: "group",
      parts: { train: 0.5, test: 0.5 },
      assign: { test: ["p0", "p3"] },
    });
    expect(train.entries.some(({ group }) => group === "p0" || group === "p3")).toBe(false);
    expect(test.entries.length + train.entries.length).toBe(70);
  });

  it.each([
    [
      { kind: "group", parts: { a: 1, b: 1 }, assign: { a: ["nobody"] } },
      /"nobody" assigned to a does not occur/,
    ],
    [{ kind: "group", parts: { a: 1, b: 1 }, assign: { a: ["p1"], b: ["p1"] } }, /assigned to two parts/],
    [{ kind: "group", parts: { a: 1 }, groupOf: () => undefined }, /has no group/],
    [
      { kind: "group", parts: Object.fromEntries([..."abcdefgh"].map((n) => [n, 1])) },
      /7 groups cannot fill 8 parts/,
    ],
  ] as const)("refuses %o", (options, message) => {
    expect(() => splitList(makeList(70), options as never)).toThrow(ListError);
    expect(() => splitList(makeList(70), options as never)).toThrow(message);
  });

  it.each([{}, { a: -1 }, { a: 0 }, { a: Number.NaN }])("refuses the shares %o", (parts) => {
    expect(() => splitList(makeList(5), { kind: "random", parts: parts as { a: number } })).toThrow(
      RangeError,
    );
  });
});

describe("splitList, given odd things", () => {
  it("loses no image to shares whose sum is past the largest number", () => {
    const { a, b } = splitList(makeList(10), { kind: "random", parts: { a: 1e308, b: 1e308 } });
    expect([a.entries.length, b.entries.length]).toEqual([5, 5]);
  });

  it("refuses groups for a part that is not there: a slip in its name would be no assignment at all", () => {
    const parts = { train: 1, validation: 1 };
    const assign = { vaildation: ["g0"] } as object;
    expect(() =>
      splitList(makeList(10), { kind: "group", parts, groupOf: (e) => `g${e.id % 3}`, assign }),
    ).toThrow(/"vaildation", but the parts are train, validation/);
  });
});

describe("apportion", () => {
  it.each([[[0, 0]], [[-1, 2]], [[Number.NaN]]])("refuses the shares %o", (shares) => {
    expect(() => apportion(10, shares)).toThrow(RangeError);
  });

  it("sums to the count and is off by less than one from the exact share", () => {
    const shares = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat(10_000), shares, (count, shares) => {
        const sum = shares.reduce((total, share) => total + share, 0);
        fc.pre(sum > 1e-6);
        const whole = apportion(count, shares);
        expect(whole.reduce((total, value) => total + value, 0)).toBe(count);
        for (const [at, value] of whole.entries()) {
          expect(Math.abs(value - (count * shares[at]!) / sum)).toBeLessThan(1 + 1e-6);
        }
      }),
    );
  });
});

describe("sampleList", () => {
  it("takes the share of each class, at least one, in list order", () => {
    const sampled = sampleList(makeList(100), 0.1);
    expect(ids(sampled)).toEqual([...ids(sampled)].sort((a, b) => a - b));
    expect(sampled.entries).toHaveLength(3 + 3 + 3);
    expect(sampleList(makeList(6), 0.01).entries).toHaveLength(3);
  });
});

describe("shardList", () => {
  it("cuts in order into sizes that differ by one at most", () => {
    const shards = shardList(makeList(10), 3).map(ids);
    expect(shards.flat()).toEqual(Array.from({ length: 10 }, (_, id) => id));
    expect(shards.map((shard) => shard.length)).toEqual([4, 3, 3]);
  });
});
