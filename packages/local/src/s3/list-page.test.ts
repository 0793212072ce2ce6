import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boundOf, readCount, takePage } from "./list-page.js";
import { compareKeys } from "./object.js";

const keys = fc
  .uniqueArray(
    fc.string({ unit: fc.constantFrom("a", "b", "/", "\uffee", "😀"), minLength: 1, maxLength: 5 }),
    {
      maxLength: 20,
    },
  )
  .map((list) => list.sort(compareKeys));

describe("takePage", () => {
  test("page after page gives each key or group once, in order, whatever the pages' size", () => {
    fc.assert(
      fc.property(
        keys,
        fc.constantFrom("", "a", "a/", "b"),
        fc.constantFrom("", "/", "a"),
        fc.integer({ min: 1, max: 4 }),
        (sorted, prefix, delimiter, max) => {
          const groupOf = (key: string) => {
            const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
            return cut < 0 ? key : key.slice(0, cut + delimiter.length);
          };
          const below = sorted.filter((key) => key.startsWith(prefix));
          const seen: string[] = [];
          let after = "";
          for (;;) {
            const from = Math.max(boundOf(sorted, prefix, false), boundOf(sorted, after, true));
            const page = takePage(sorted, (key) => key, { prefix, delimiter, max }, after, from);
            expect(page.items.length + page.commonPrefixes.length).toBeLessThanOrEqual(max);
            seen.push(...[...page.items, ...page.commonPrefixes].sort(compareKeys));
            if (page.next === undefined) break;
            after = page.next;
          }
          expect(seen).toEqual([...new Set(below.map(groupOf))].sort(compareKeys));
        },
      ),
    );
  });
});

describe("readCount", () => {
  test.each([
    [undefined, 1000],
    ["", 1000],
    ["0", 0],
    ["7", 7],
    ["2147483647", 1000],
  ])("reads %s as %i", (given, expected) => {
    expect(readCount("max-keys", given)).toBe(expected);
  });

  test.each(["-1", "1.5", "x", "1e3", "9".repeat(11)])("refuses %s", (given) => {
    expect(() => readCount("max-keys", given)).toThrow(expect.objectContaining({ code: "InvalidArgument" }));
  });
});
