import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byLine, whole } from "./mini-batches.js";

const cut = (batches: ReturnType<typeof byLine>, text: string) =>
  [...batches(Buffer.from(text))].map((part) => Buffer.from(part).toString());

describe("mini-batches", () => {
  test.each([
    ["SingleRecord", 100, ["a", "bb", "c"], "one line each"],
    ["MultiRecord", 100, ["a\nbb\n\nc"], "all that fits"],
    ["MultiRecord", 4, ["a\nbb", "c"], "as many as fit"],
    ["MultiRecord", 2, ["a", "bb", "c"], "one where two do not fit"],
  ] as const)("%s up to %i bytes: %j (%s)", (strategy, maxBytes, expected, _why) => {
    expect(cut(byLine(strategy, maxBytes), "a\nbb\n\nc\n")).toEqual(expected);
  });

  test("lose and double no line, and never exceed the limit", () => {
    const line = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 8, max: 40 }), (all, maxBytes) => {
        const parts = cut(byLine("MultiRecord", maxBytes), all.join("\n"));
        expect(parts.flatMap((part) => part.split("\n"))).toEqual(all);
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(maxBytes);
      }),
    );
  });

  test("refuse what is larger than a payload", () => {
    expect(() => cut(byLine("MultiRecord", 3), "abcd")).toThrow(
      "4 bytes is larger than the payload limit of 3 bytes",
    );
    expect(() => cut(whole(3), "abcd")).toThrow("MaxPayloadInMB");
    expect(cut(whole(4), "a\nb\n")).toEqual(["a\nb\n"]);
  });
});
