import { UsageError } from "@sightline/foundation/command-line";
import { describe, expect, it } from "vitest";
import { parseIm2recArgs } from "./im2rec-args.js";

describe("parseIm2recArgs", () => {
  it("has im2rec.py's defaults", () => {
    expect(parseIm2recArgs(["out/p", "pics"])).toMatchObject({
      prefix: "out/p",
      root: "pics",
      list: false,
      exts: [".jpeg", ".jpg", ".png"],
      chunks: 1,
      trainRatio: 1,
      testRatio: 0,
      shuffle: true,
      resize: 0,
      quality: 95,
      color: 1,
      encoding: ".jpg",
    });
  });

  it.each([
    ["options behind the positionals", ["p", "r", "--resize", "210"], { resize: 210 }],
    ["an equals sign", ["--train-ratio=0.8", "p", "r"], { trainRatio: 0.8 }],
    ["clear abbreviations", ["--rec", "--no-s", "p", "r"], { recursive: true, shuffle: false }],
    ["a negative value", ["--color", "-1", "p", "r"], { color: -1 }],
    ["a choice as a number", ["--color", "01", "p", "r"], { color: 1 }],
    ["help, whatever follows", ["--help", "--resize"], { help: true }],
    ["grey", ["--color", "0", "p", "r"], { color: 0 }],
    ["im2rec.py's abbreviations beside our own options", ["p", "r", "--ex", ".jpg"], { exts: [".jpg"] }],
    ["two dashes behind the endings", ["--exts", ".jpg", "--", "p", "-r"], { exts: [".jpg"], root: "-r" }],
    ["several endings", ["p", "r", "--exts", ".jpg", ".webp"], { exts: [".jpg", ".webp"] }],
  ])("takes %s", (_, words, wanted) => {
    expect(parseIm2recArgs(words)).toMatchObject(wanted);
  });

  it.each([
    [["p"], /required: root/],
    [["p", "r", "x"], /unrecognized arguments: x/],
    [["--re", "p", "r"], /ambiguous option: --re could match recursive, resize/],
    [["--nonsense", "p", "r"], /unrecognized argument: --nonsense/],
    [["--resize", "big", "p", "r"], /invalid int value: 'big'/],
    [["--color", "2", "p", "r"], /invalid choice: '2'/],
    [["--train-ratio", "0x1", "p", "r"], /invalid float value: '0x1'/],
    [["--chunks", "0", "p", "r"], /must be at least 1/],
    [["--resize", "-5", "p", "r"], /must be at least 0 pixels, not -5/],
    [["--exac", "p", "r"], /unrecognized argument: --exac/],
    // argparse gives every word behind --exts to it.
    [["--exts", ".jpg", "p", "r"], /required: prefix, root/],
  ])("refuses %j", (words, message) => {
    expect(() => parseIm2recArgs(words)).toThrow(UsageError);
    expect(() => parseIm2recArgs(words)).toThrow(message);
  });
});
