import { namedError } from "./named-error.js";

/** A parsed element. */
export interface XmlNode {
  /** Its name, without a prefix. */
  readonly name: string;
  /** All text directly in it, entities resolved. */
  readonly text: string;
  /** The elements directly in it, in order. */
  readonly children: readonly XmlNode[];
}

/** The text is not well-formed, nests too deep or declares a document type. Users map it to their own error. */
export class XmlError extends namedError("XmlError", Error) {}

/** Nesting that a document may have: real ones need five. It protects the stack. */
const MAX_DEPTH = 20;

/**
 * Parses small XML documents such as request bodies and annotations: elements, text, entities, CDATA. Attributes and
 * prefixes are dropped. A document type is refused, so no entity can be defined.
 *
 * @throws XmlError
 */
export function parseXml(source: string): XmlNode {
  const tokens =
    /<\?[^>]*\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([^\s/>!?]+)([^>]*?)(\/?)>|([^<]+)/gy;
  const stack: { name: string; text: string; children: XmlNode[] }[] = [{ name: "", text: "", children: [] }];
  let position = 0;
  while (position < source.length) {
    tokens.lastIndex = position;
    const match = tokens.exec(source);
    if (match === null) throw malformed(position);
    const [, cdata, closing, tag, , selfClosing, text] = match;
    const top = stack.at(-1)!;
    if (cdata !== undefined) top.text += cdata;
    else if (text !== undefined) top.text += unescapeXml(text, position);
    else if (tag !== undefined) {
      const name = tag.slice(tag.indexOf(":") + 1);
      if (closing === "/") {
        if (stack.length < 2 || top.name !== name) throw malformed(position);
        stack.pop();
        stack.at(-1)!.children.push(top);
      } else if (selfClosing === "/") top.children.push({ name, text: "", children: [] });
      else if (stack.push({ name, text: "", children: [] }) > MAX_DEPTH) throw malformed(position);
    }
    position = tokens.lastIndex;
  }
  const root = stack[0]!.children[0];
  if (stack.length !== 1 || root === undefined) throw malformed(position);
  return root;
}

/** Text of the first child of that name, or undefined. */
export function childText(node: XmlNode, name: string): string | undefined {
  return node.children.find((child) => child.name === name)?.text;
}

function unescapeXml(text: string, position: number): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(lt|gt|amp|quot|apos));/g,
    (_whole, hex, decimal, name) => {
      if (name !== undefined) return { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" }[name as "lt"];
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      if (code > 0x10ffff) throw malformed(position);
      return String.fromCodePoint(code);
    },
  );
}

function malformed(position: number): XmlError {
  return new XmlError(`not well-formed XML at character ${position + 1}`);
}
