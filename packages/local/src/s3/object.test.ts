import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys } from "./object.js";

test("compareKeys orders keys as their UTF-8 bytes", () => {
  const key = fc.string({ unit: "grapheme", maxLength: 6 });
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  expect(compareKeys("\uffee", "😀")).toBeLessThan(0);
});
