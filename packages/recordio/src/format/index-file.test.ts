import { describe, expect, it } from "vitest";
import { parseIndex } from "./index-file.js";

describe("parseIndex", () => {
  it("reads id and offset of each line, whatever ends the lines, and passes over empty ones", () => {
    expect(parseIndex("7\t0\r\n\n9007199254740991\t1024\n")).toEqual([
      { id: 7, byteOffset: 0 },
      { id: 2 ** 53 - 1, byteOffset: 1024 },
    ]);
  });

  it.each([
    ["a line of words", "seven\t0"],
    ["blanks for the tab", "7 0"],
    ["an offset before the start", "7\t-8"],
    ["an id past 2^53 - 1", "9007199254740993\t0"],
    ["an offset past 2^53 - 1", "7\t9007199254740993"],
  ])("names the line of %s", (_, line) => {
    expect(() => parseIndex(`1\t0\n${line}\n`, "train.idx")).toThrow(
      /^train\.idx:2: expected "id<TAB>offset"/,
    );
  });
});
