import { readFileSync } from "node:fs";

/** Process ids of a process and its children, from /proc. */
export function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(/\s+/)
    .filter(Boolean);
  return [pid, ...children.map(Number)];
}

/** Resident memory of a process and its children in bytes; pages that they share count for each. */
export function residentBytes(pid) {
  let pages = 0;
  for (const member of family(pid)) {
    try {
      pages += Number(readFileSync(`/proc/${member}/statm`, "utf8").split(" ")[1]);
    } catch {
      // It has just ended.
    }
  }
  return pages * 4096;
}
