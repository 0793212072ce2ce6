import { cocoNames } from "./coco-names.js";

/**
 * Class names out of ONNX metadata: Ultralytics writes a Python dict (`{0: 'person', 1: "a 'b'"}`), YOLOv5
 * the same or a list, others JSON. Undefined when there are none or they cannot be read.
 */
export function metadataClassNames(
  metadata: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  const text = metadata.names ?? metadata.classes ?? metadata.class_names ?? metadata.labels;
  if (text === undefined) return undefined;
  const entries = [...text.matchAll(ENTRY)];
  if (entries.length > 0) {
    const names: string[] = [];
    for (const [, key, double, single] of entries) names[Number(key)] = unquote(double ?? single ?? "");
    return Array.from(names, (name, id) => name ?? String(id));
  }
  if (/^\s*\[/.test(text)) {
    const names = [...text.matchAll(STRING)].map(([, double, single]) => unquote(double ?? single ?? ""));
    return names.length > 0 ? names : undefined;
  }
  const lines = text.split(/\r?\n|,/).map((line) => line.trim());
  return lines.length > 1 ? lines.filter((line) => line.length > 0) : undefined;
}

/** `0: 'name'` or `"0": "name"`. */
const ENTRY = /["']?(\d+)["']?\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/g;
const STRING = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g;

function unquote(text: string): string {
  return text.replace(/\\(.)/g, "$1");
}

/** Names for `count` classes when nobody gave any: COCO's where the count is COCO's, else the ids. */
export function defaultClassNames(count: number): readonly string[] {
  return count === cocoNames.length ? cocoNames : Array.from({ length: count }, (_, id) => String(id));
}
