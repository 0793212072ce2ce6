import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { childText, parseXml, writeXml } from "./xml.js";

const awkward = fc.oneof(
  fc.constantFrom("&", "<", ">", '"', "'", "]]>", "\r", "\n", "\t", "\u0000", "\u0085", "\ufffd", "😀"),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
);

describe("XML", () => {
  test("gives any text back that it wrote", () => {
    fc.assert(
      fc.property(fc.string({ unit: awkward }), (text) => {
        expect(childText(parseXml(writeXml("Root", [["Key", text]])), "Key")).toBe(text);
      }),
    );
  });

  test("reads namespaces, attributes, comments, CDATA and empty elements", () => {
    const root = parseXml(
      '<?xml version="1.0"?><!-- c --><s3:Delete xmlns:s3="x"><Quiet a="1">true</Quiet><Key><![CDATA[<&]]></Key><E/></s3:Delete>',
    );
    expect(root.name).toBe("Delete");
    expect(childText(root, "Quiet")).toBe("true");
    expect(childText(root, "Key")).toBe("<&");
    expect(childText(root, "E")).toBe("");
  });

  test.each([
    ["a document type", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ["an element that is not closed", "<a><b></a>"],
    ["nothing", ""],
    ["text alone", "hello"],
    ["nesting without end", "<a>".repeat(10_000)],
    ["an entity beyond Unicode", "<a>&#x110000;</a>"],
  ])("refuses %s", (_what, source) => {
    expect(() => parseXml(source)).toThrow(expect.objectContaining({ code: "MalformedXML" }));
  });
});
