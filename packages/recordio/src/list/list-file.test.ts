import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ListError } from "../errors.js";
import { parseIndex } from "../format/index-file.js";
import { compareCodePoints } from "./image-list.js";
import { formatListFile, parseListFile } from "./list-file.js";

describe("parseListFile", () => {
  it("takes labels of both versions of im2rec, and several of them", () => {
    expect(parseListFile("3\t1.000000\tc1\\a.jpg\n4\t2\tb.jpg\r\n5\t1\t0.5\t-2\tc.jpg")).toEqual([
      { id: 3, labels: [1], path: "c1\\a.jpg" },
      { id: 4, labels: [2], path: "b.jpg" },
      { id: 5, labels: [1, 0.5, -2], path: "c.jpg" },
    ]);
  });

  it.each([
    ["a tab behind the path", "7\t1\ta.jpg\t", { labels: [1] }],
    ["a tab before the id", "\t7\t1\ta.jpg", { labels: [1] }],
    ["a signed id", "+7\t1\ta.jpg", { labels: [1] }],
    ["a missing label", "7\tnan\t-1\ta.jpg", { labels: [Number.NaN, -1] }],
    ["endless labels", "7\tinf\t-Infinity\ta.jpg", { labels: [Infinity, -Infinity] }],
    ["labels without all digits", "7\t.5\t5.\t+1e3\ta.jpg", { labels: [0.5, 5, 1000] }],
  ])("takes what im2rec.py takes: %s", (_, line, { labels }) => {
    expect(parseListFile(line)).toEqual([{ id: 7, labels, path: "a.jpg" }]);
  });

  it("gives back what formatListFile wrote", () => {
    const entry = fc.record({
      id: fc.nat(),
      labels: fc.array(fc.integer({ min: -5, max: 1000 }), { minLength: 1, maxLength: 4 }),
      path: fc.stringMatching(/^[^\s](?:[^\t\n\r]*[^\s])?$/),
    });
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        expect(parseListFile(formatListFile(entries))).toEqual(entries);
      }),
    );
  });

  it.each([
    ["7\tpic.jpg", /x\.lst:2: expected id, label and path between tabs, found 2 parts/],
    ["a\t1\tpic.jpg", /the id is not a whole number/],
    ["7\tcat\tpic.jpg", /a label is not a number/],
    ["7\t0x10\tpic.jpg", /a label is not a number/],
    ["7\t\tpic.jpg", /a label is not a number/],
    ["-7\t1\tpic.jpg", /the id is not a whole number/],
  ])("names the line of %j", (line, message) => {
    expect(() => parseListFile(`1\t0\ta.jpg\n${line}\n`, "x.lst")).toThrow(message);
  });

  it("can leave bad lines out, telling of each", () => {
    const told: string[] = [];
    const entries = parseListFile("1\t0\ta.jpg\nnonsense\n", "x.lst", {
      onBadLine: "skip",
      onSkipped: (message) => told.push(message),
    });
    expect(entries).toHaveLength(1);
    expect(told).toHaveLength(1);
  });

  it.each(["a\tb.jpg", "a\nb.jpg"])("refuses to write the path %j", (path) => {
    expect(() => formatListFile([{ id: 0, labels: [0], path }])).toThrow(ListError);
  });
});

describe("parseIndex", () => {
  it("keeps write order and ids that repeat", () => {
    expect(parseIndex("5\t0\n5\t40\n")).toEqual([
      { id: 5, byteOffset: 0 },
      { id: 5, byteOffset: 40 },
    ]);
  });

  it("refuses an id that a number cannot hold, rather than rounding it", () => {
    expect(() => parseIndex("9007199254740993\t0\n")).toThrow(ListError);
  });

  it("names a negative offset, which im2rec wrote for large files, and the remedy", () => {
    expect(() => parseIndex("1\t0\n2\t-2147483648\n", "a.idx")).toThrow(/a\.idx:2: .*recordio index/);
  });
});

describe("compareCodePoints", () => {
  it("sorts as Python does, past the basic plane too", () => {
    const names = ["b", "a", "\u{1f600}", "\uff5e", "ab", "A"];
    expect(names.sort(compareCodePoints)).toEqual(["A", "a", "ab", "b", "\uff5e", "\u{1f600}"]);
  });
});
