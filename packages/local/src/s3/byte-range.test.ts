import { describe, expect, test } from "vitest";
import { parseRange } from "./byte-range.js";

describe("parseRange", () => {
  test.each([
    ["bytes=0-0", { start: 0, end: 1 }, "one byte"],
    ["bytes=2-", { start: 2, end: 10 }, "to the end"],
    ["bytes=5-99", { start: 5, end: 10 }, "cut at the end"],
    ["bytes=-4", { start: 6, end: 10 }, "the last four"],
    ["bytes=-40", { start: 0, end: 10 }, "more than there is"],
    ["bytes=4-2", undefined, "backwards: ignored"],
    ["bytes=0-1,3-4", undefined, "several: ignored"],
    ["items=0-1", undefined, "another unit: ignored"],
    [undefined, undefined, "none"],
  ])("%s of ten bytes is %j (%s)", (range, expected, _why) => {
    expect(parseRange(range, 10)).toEqual(expected);
  });

  test.each([
    ["bytes=10-", 10],
    ["bytes=-0", 10],
    ["bytes=0-", 0],
    ["bytes=-1", 0],
  ])("%s of %i bytes cannot be satisfied", (range, size) => {
    expect(() => parseRange(range, size)).toThrow(
      expect.objectContaining({ code: "InvalidRange", status: 416 }),
    );
  });
});
