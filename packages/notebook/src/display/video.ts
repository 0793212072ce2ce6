import { readFileSync, statSync } from "node:fs";
import { extname } from "node:path";
import { escapeHtml } from "@sightline/foundation/escape";
import { show } from "./host.js";
import { formatSize } from "./size.js";
import { theme } from "./theme.js";

/** How a video is shown. */
export interface VideoOptions {
  /** CSS pixels. Default 640. */
  readonly width?: number;
  /** Text above it. Default: none. */
  readonly caption?: string;
  /** Largest file to put into the notebook, in bytes; of a larger one only the path is shown. Default 25,000,000. */
  readonly maxBytes?: number;
}

const types: Readonly<Record<string, string>> = {
  ".mp4": "video/mp4",
  ".webm": "video/webm",
  ".mov": "video/mp4",
};

/** Shows a player for a video file. The file becomes part of the notebook, which then plays anywhere. */
export function showVideo(path: string, options: VideoOptions = {}): void {
  const { width = 640, caption = "", maxBytes = 25_000_000 } = options;
  const type = types[extname(path).toLowerCase()];
  if (type === undefined) {
    throw new TypeError(
      `A browser plays ${Object.keys(types).join(", ")}; "${path}" is another kind of file.`,
    );
  }
  const { size } = statSync(path);
  const words = `${caption === "" ? "Video" : caption}: ${path} (${formatSize(size)})`;
  const below = `<div style="${theme.font};color:${theme.soft}">${escapeHtml(words)}</div>`;
  if (size > maxBytes) {
    const why = `, too large to be put into the notebook (limit ${formatSize(maxBytes)})`;
    show({ "text/html": below.replace("</div>", `${why}</div>`), "text/plain": words + why });
    return;
  }
  const source = `data:${type};base64,${readFileSync(path).toString("base64")}`;
  const player = `<video controls preload="metadata" style="width:${width}px;max-width:100%;border-radius:6px" src="${source}"></video>`;
  show({ "text/html": player + below, "text/plain": words });
}
