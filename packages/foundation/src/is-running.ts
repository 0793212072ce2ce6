import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process as others can find it again. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Start in clock ticks since boot (proc(5), field 22 of stat): ids are used again. Empty where no /proc tells it. */
  readonly started: string;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), started: startOf(process.pid) };
}

/** Whether a process of this machine runs, whoever's it is. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Whether this very process runs, not a later one with its id. Of a process on another machine nothing can be known:
 * it counts as running.
 */
export function stillRuns({ pid, host, started }: ProcessIdentity): boolean {
  if (host !== hostname()) return true;
  if (!isRunning(pid)) return false;
  const now = startOf(pid);
  return now === "" || started === "" || now === started;
}

function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name in brackets, which may hold blanks and brackets.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
