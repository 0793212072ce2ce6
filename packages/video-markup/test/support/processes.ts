import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A running process of this machine. */
export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** Running processes whose command line mentions `text`. Linux only; empty elsewhere. */
export function processesMentioning(text: string): RunningProcess[] {
  let entries: string[];
  try {
    entries = readdirSync("/proc");
  } catch {
    return [];
  }
  return entries
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), command: read(`/proc/${name}/cmdline`).replaceAll("\0", " ") }))
    .filter(({ pid, command }) => pid !== process.pid && command.includes(text));
}

/** Processes whose parent is `pid`. */
export function childrenOf(pid: number): RunningProcess[] {
  return processesMentioning("").filter((other) => {
    const stat = read(`/proc/${other.pid}/stat`);
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === pid;
  });
}

/** Waits until `condition` holds; false when it does not for far longer than a busy machine needs. */
export async function eventually(condition: () => boolean, withinMs = 60_000): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    if (condition()) return true;
    await sleep(25);
  }
  return condition();
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
