import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headerText, readEncodedWords, writeEncodedWord } from "./header-text.js";

const latin1 = (text: string): string => Buffer.from(text).toString("latin1");

test("headerText reads UTF-8, and Latin-1 where it is none", () => {
  expect(headerText(latin1("Röntgen"))).toBe("Röntgen");
  expect(headerText("R\xf6ntgen")).toBe("Röntgen");
});

describe("encoded words", () => {
  test.each([
    ["=?UTF-8?B?UsO2bnRnZW4=?=", "Röntgen"],
    ["=?utf-8?q?R=C3=B6ntgen_7?=", "Röntgen 7"],
    ["=?ISO-8859-1?Q?R=F6ntgen?=", "Röntgen"],
    ["a =?UTF-8?Q?=C3=B6?= =?UTF-8?Q?=C3=A4?= b", "a öä b"],
    ["=?UTF-8?Q?=FF?=", "=?UTF-8?Q?=FF?="],
    ["=?klingon?Q?a?=", "=?klingon?Q?a?="],
    ["plain =? text", "plain =? text"],
  ])("%s is read as %s", (value, text) => {
    expect(readEncodedWords(value)).toBe(text);
  });

  test("carry any text through a header of printable US-ASCII", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const written = writeEncodedWord(text);
        expect(written).toMatch(/^[\t\x20-\x7e]*$/);
        if (!text.includes("=?")) expect(readEncodedWords(written)).toBe(text);
      }),
    );
  });
});
