import { stripVTControlCharacters } from "node:util";
import { formatSize } from "../display/size.js";
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
