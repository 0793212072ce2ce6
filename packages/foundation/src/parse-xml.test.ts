import { describe, expect, it } from "vitest";
import { childText, parseXml, XmlError } from "./parse-xml.js";

describe("parseXml", () => {
  it("reads elements, attributes, prefixes, entities, CDATA and comments", () => {
    const root = parseXml(
      '<?xml version="1.0"?><!-- c --><v:annotation xmlns:v="x" verified="yes"><name>cat &amp; &#100;og</name><a><![CDATA[<&]]></a><e/></v:annotation>',
    );
    expect(root.name).toBe("annotation");
    expect(["name", "a", "e", "none"].map((name) => childText(root, name))).toEqual([
      "cat & dog",
      "<&",
      "",
      undefined,
    ]);
  });

  it.each([
    ["a document type", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 1],
    ["an element that is not closed", "<a><b></a>", 7],
    ["an end", "<a><b></b>", 11],
    ["nothing", "", 1],
    ["nesting without end", "<a>".repeat(10_000), 58],
    ["an entity beyond Unicode", "<a>&#x110000;</a>", 4],
  ])("says where it fails: %s", (_, source, character) => {
    expect(() => parseXml(source)).toThrow(new XmlError(`not well-formed XML at character ${character}`));
  });
});
