import { stripVTControlCharacters } from "node:util";
import type { Output } from "../notebook-file/format.js";

/** An output as plain text, for logs and JUnit: its own text form, else its type and size. */
export function outputText(output: Output): string {
  if (output.output_type === "stream") return stripVTControlCharacters(output.text);
  if (output.output_type === "error") return stripVTControlCharacters(output.traceback.join("\n"));
  const { data } = output;
  for (const type of ["text/plain", "text/markdown"]) {
    if (typeof data[type] === "string") return stripVTControlCharacters(data[type]);
  }
  const [type, value] = Object.entries(data)[0] ?? ["nothing", ""];
  const size = typeof value === "string" ? value.length : JSON.stringify(value).length;
  return `[${type}, ${formatSize(size)}]`;
}

/** "812 B", "3.4 kB", "1.2 MB". */
export function formatSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
