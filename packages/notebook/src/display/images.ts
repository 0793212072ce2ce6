import { readFileSync } from "node:fs";
import { escapeHtml } from "@sightline/foundation/escape";
import { show } from "./host.js";
import { formatSize } from "./size.js";
import { theme } from "./theme.js";

/** A picture: its bytes or its path, and what is written below it. */
export interface ShownImage {
  /** JPEG, PNG, GIF, WebP or SVG: bytes, or the path of a file. */
  readonly image: Uint8Array | string;
  /** Text under it. Default: none. */
  readonly caption?: string;
}

/** How pictures are shown. */
export interface ImageGridOptions {
  /** Width of each picture in CSS pixels. Default 160. */
  readonly width?: number;
  /** Text under it. Default: none. */
  readonly caption?: string;
}

/**
 * Shows pictures in a grid as wide as the page.
 * @example
 * showImages([{ image: "c0/img_1.jpg", caption: "c0: safe driving" }]);
 */
export function showImages(images: readonly ShownImage[], options: ImageGridOptions = {}): void {
  const { width = 160, caption } = options;
  const loaded = images.map(({ image, caption: below }) => {
    const bytes = typeof image === "string" ? readFileSync(image) : image;
    return { bytes, below: below ?? (typeof image === "string" ? image : ""), type: imageType(bytes) };
  });
  const figures = loaded.map(({ bytes, below, type }) => {
    const source = `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
    const text = `<figcaption style="color:${theme.soft};overflow-wrap:anywhere">${escapeHtml(below)}</figcaption>`;
    const picture = `<img src="${source}" alt="${escapeHtml(below)}" style="width:100%;border-radius:4px;display:block">`;
    return `<figure style="margin:0;width:${width}px">${picture}${text}</figure>`;
  });
  const title = caption === undefined ? "" : `<div style="color:${theme.soft}">${escapeHtml(caption)}</div>`;
  const grid = `display:flex;flex-wrap:wrap;gap:10px;align-items:flex-start`;
  const lines = loaded.map(({ bytes, below, type }) => `  ${below} (${type}, ${formatSize(bytes.length)})`);
  show({
    "text/html": `<div style="${theme.font};color:${theme.ink}">${title}<div style="${grid}">${figures.join("")}</div></div>`,
    "text/plain": [`${caption ?? "Pictures"}:`, ...lines].join("\n"),
  });
}

/** MIME type from the first bytes of a picture.
 * @throws TypeError for anything that a browser does not show.
 */
export function imageType(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 256)).toString("latin1");
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("\x89PNG")) return "image/png";
  if (head.startsWith("GIF8")) return "image/gif";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "image/webp";
  if (/^\s*(<\?xml[^>]*>\s*)?<svg/.test(head)) return "image/svg+xml";
  throw new TypeError(
    `Not a picture that a browser shows (JPEG, PNG, GIF, WebP, SVG): ${bytes.length} bytes.`,
  );
}
