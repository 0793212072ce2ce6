import type { Stats } from "node:fs";

/** Size, times and inode of a file as one string: equal means untouched. */
export function fileStamp(info: Stats): string {
  return `${info.size}-${info.mtimeMs}-${info.ctimeMs}-${info.ino}`;
}
