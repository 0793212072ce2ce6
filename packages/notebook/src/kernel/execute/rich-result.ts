import { inspect, types } from "node:util";

type Bundle = Record<string, unknown>;

const displaySymbol = Symbol.for("Jupyter.display");

/**
 * A cell's value in all forms in which a front end may show it: what it says of itself by
 * `Symbol.for("Jupyter.display")`, what Deno's kernel knows by its look (charts with `toSpec`, canvases, elements,
 * pictures as bytes), pictures that `toPng` draws, and always text. Undefined for undefined and null.
 * @throws what an inspector of the value's own throws.
 */
export async function richResult(value: unknown): Promise<Bundle | undefined> {
  // tslab shows neither.
  if (value === undefined || value === null) return undefined;
  const own = await ownBundle(value);
  const text = own?.["text/plain"] ?? (typeof value === "string" ? value : inspect(value));
  return { ...own, "text/plain": text };
}

async function ownBundle(value: unknown): Promise<Bundle | undefined> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  // A proxy may answer to every name.
  if (types.isProxy(value)) return undefined;
  if (value instanceof Uint8Array) return pictureBundle(value);
  const show = method(value, displaySymbol);
  if (show !== undefined) return (await show()) as Bundle;
  const toPng = method(value, "toPng");
  if (toPng !== undefined) return { "image/png": base64(await toPng()) };
  const toDataURL = method(value, "toDataURL");
  if (toDataURL !== undefined) {
    const [, type, data] = String(toDataURL()).match(/^data:([^;,]+);base64,(.*)$/s) ?? [];
    return type === undefined ? undefined : { [type]: data };
  }
  const toSpec = method(value, "toSpec");
  if (toSpec !== undefined) return { "application/vnd.vega.v5+json": toSpec() };
  const html = read(value, "outerHTML");
  if (typeof html !== "string") return undefined;
  return { [html.startsWith("<svg") ? "image/svg+xml" : "text/html"]: html };
}

function method(value: object, name: PropertyKey): (() => unknown) | undefined {
  const found = read(value, name);
  return typeof found === "function" ? found.bind(value) : undefined;
}

/** Showing a value must not fail for a getter that only works elsewhere. */
function read(value: object, name: PropertyKey): unknown {
  try {
    return (value as Record<PropertyKey, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** By the first bytes: PNG (ISO/IEC 15948, 5.2), JPEG (ISO/IEC 10918-1, B.1.1.3: SOI and the next marker), GIF. */
function pictureBundle(bytes: Uint8Array): Bundle | undefined {
  const head = Buffer.from(bytes.subarray(0, 4)).toString("latin1");
  if (head === "\x89PNG") return { "image/png": base64(bytes) };
  if (head.startsWith("\xff\xd8\xff")) return { "image/jpeg": base64(bytes) };
  return head === "GIF8" ? { "image/gif": base64(bytes) } : undefined;
}

const base64 = (picture: unknown) =>
  typeof picture === "string"
    ? picture.replace(/^data:[^,]*,/, "")
    : Buffer.from(picture as Uint8Array).toString("base64");
