/** Class names that a model's metadata may hold, by the keys that exporters use. */
const KEYS = ["names", "classes", "class_names", "labels", "character"];
/** `0: 'name'` or `"0": "name"`, as Python and JSON print a dictionary. */
const ENTRY = /["']?(\d+)["']?\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/g;

/** Class names in class-id order out of metadata: a dictionary, a JSON list, or names with commas; undefined without. */
export function labelsOf(metadata: Readonly<Record<string, string>>): string[] | undefined {
  const text = KEYS.map((key) => metadata[key]).find((value) => value !== undefined);
  if (text === undefined) return undefined;
  const names: string[] = [];
  for (const [, id, double, single] of text.matchAll(ENTRY)) {
    names[Number(id)] = (double ?? single ?? "").replace(/\\(.)/g, "$1");
  }
  if (names.length > 0) return Array.from(names, (name, id) => name ?? String(id));
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.length > 0 ? list.map(String) : undefined;
  } catch {
    const parts = text.split(/\r?\n|,/).map((part) => part.trim());
    return parts.length > 1 ? parts.filter((part) => part !== "") : undefined;
  }
}
