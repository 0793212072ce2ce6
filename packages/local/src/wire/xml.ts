import { parseXml as parseDocument, XmlError, type XmlNode } from "@sightline/foundation/parse-xml";
import { AwsError } from "../errors.js";

export { childText, type XmlNode } from "@sightline/foundation/parse-xml";

/** What an element holds: text, child elements, or nothing (then it is left out). */
export type XmlContent = string | number | boolean | undefined | readonly XmlElement[];
/** An element: its name and content. */
export type XmlElement = readonly [name: string, content: XmlContent];

/** Writes an XML document with the given root. Elements whose content is undefined are left out. */
export function writeXml(root: string, content: XmlContent, namespace?: string): string {
  const attribute = namespace === undefined ? "" : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${writeContent(content)}</${root}>`;
}

function writeContent(content: XmlContent): string {
  if (content === undefined) return "";
  if (typeof content !== "object") return escapeXml(String(content));
  return content
    .filter(([, child]) => child !== undefined)
    .map(([name, child]) => `<${name}>${writeContent(child)}</${name}>`)
    .join("");
}

function escapeXml(text: string): string {
  // A carriage return or another control character would not survive a parser as itself.
  return text.replace(/[&<>"\p{Cc}]/gu, (character) => {
    const named: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
    return named[character] ?? `&#${character.charCodeAt(0)};`;
  });
}

/**
 * Parses the XML of a request body.
 *
 * @throws AwsError MalformedXML
 */
export function parseXml(source: string): XmlNode {
  try {
    return parseDocument(source);
  } catch (error) {
    throw error instanceof XmlError ? malformedXml() : error;
  }
}

function malformedXml(): AwsError {
  return new AwsError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
}
