import { statSync } from "node:fs";

/** The state of a file or folder; empty where there is none, or none to be looked at. */
export function fileVersion(path: string): string {
  try {
    const { mtimeMs, size } = statSync(path);
    return `${mtimeMs} ${size}`;
  } catch {
    return "";
  }
}
