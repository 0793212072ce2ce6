import { AwsError } from "../errors.js";

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

/** A parsed element. */
export interface XmlNode {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlNode[];
}

/** Nesting that a request body may have: real ones need five. It protects the stack. */
const MAX_DEPTH = 20;

/**
 * Parses the XML of a request body: elements, text, entities, CDATA. Attributes and prefixes are
 * dropped. A document type is refused, so no entity can be defined.
 *
 * @throws AwsError MalformedXML
 */
export function parseXml(source: string): XmlNode {
  const tokens =
    /<\?[^>]*\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([^\s/>!?]+)([^>]*?)(\/?)>|([^<]+)/gy;
  const stack: { name: string; text: string; children: XmlNode[] }[] = [{ name: "", text: "", children: [] }];
  let position = 0;
  while (position < source.length) {
    tokens.lastIndex = position;
    const match = tokens.exec(source);
    if (match === null) throw malformedXml();
    position = tokens.lastIndex;
    const [, cdata, closing, tag, , selfClosing, text] = match;
    const top = stack.at(-1)!;
    if (cdata !== undefined) top.text += cdata;
    else if (text !== undefined) top.text += unescapeXml(text);
    else if (tag !== undefined) {
      const name = tag.slice(tag.indexOf(":") + 1);
      if (closing === "/") {
        if (stack.length < 2 || top.name !== name) throw malformedXml();
        stack.pop();
        stack.at(-1)!.children.push(top);
      } else if (selfClosing === "/") top.children.push({ name, text: "", children: [] });
      else if (stack.push({ name, text: "", children: [] }) > MAX_DEPTH) throw malformedXml();
    }
  }
  const root = stack[0]!.children[0];
  if (stack.length !== 1 || root === undefined) throw malformedXml();
  return root;
}

/** Text of the first child of that name, or undefined. */
export function childText(node: XmlNode, name: string): string | undefined {
  return node.children.find((child) => child.name === name)?.text;
}

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(lt|gt|amp|quot|apos));/g,
    (_whole, hex, decimal, name) => {
      if (name !== undefined) return { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" }[name as "lt"];
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      if (code > 0x10ffff) throw malformedXml();
      return String.fromCodePoint(code);
    },
  );
}

function malformedXml(): AwsError {
  return new AwsError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
}
