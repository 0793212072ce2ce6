import { link, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { OutputBusyError } from "../errors.js";
import { isRunning } from "../write/is-running.js";
import { removeStrays } from "../write/remove-strays.js";
import { uniqueSuffix } from "../write/unique-suffix.js";

/** Who holds a lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, where the system tells: a number used again is then not taken for the old holder. */
  readonly started: string;
  readonly token: string;
}

/** How often a lock that comes and goes is tried. */
const ROUNDS = 1000;

/**
 * Takes the lock of an output, so that two runs cannot write it at once. A lock whose process has ended is taken
 * over, what was killed while it took one is removed.
 *
 * @returns a function that gives it back
 * @throws OutputBusyError when a live process, or one on another machine, holds it
 */
export async function lockOutput(path: string, output: string): Promise<() => Promise<void>> {
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    started: await startOf(process.pid),
    token: uniqueSuffix(),
  };
  const text = JSON.stringify(mine);
  // Written apart and linked: whoever sees the lock sees it whole.
  const draft = `${path}.${mine.token}`;
  await removeStrays(path);
  try {
    await writeFile(draft, text, { flag: "wx" });
    for (let round = 1; !(await tryLink(draft, path)); round++) {
      if (round === ROUNDS) {
        throw new OutputBusyError(
          `The lock ${path} comes and goes. If nobody writes ${output}, remove ${path}.turn.`,
        );
      }
      await removeIfStale(path, output, draft);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    const now = await readFile(path, "utf8").catch(() => "");
    if (now === text) await rm(path, { force: true });
  };
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function removeIfStale(path: string, output: string, draft: string): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return;
  const holder = parse(text);
  if (holder !== undefined && (await isAlive(holder))) {
    throw new OutputBusyError(
      `${output} is being written by process ${holder.pid} on ${holder.host}. Wait for it, or write elsewhere. ` +
        `If no such process runs, remove ${path}.`,
    );
  }
  // One at a time, and only what it was judged by: a slower one would else remove the lock of whoever has it by then.
  const turn = `${path}.turn`;
  if (!(await tryLink(draft, turn))) {
    const turnText = await readFile(turn, "utf8").catch(() => undefined);
    if (turnText === undefined) return;
    const other = parse(turnText);
    if (other === undefined || !(await isAlive(other))) await rm(turn, { force: true });
    return;
  }
  try {
    if ((await readFile(path, "utf8").catch(() => undefined)) === text) await rm(path, { force: true });
  } finally {
    await rm(turn, { force: true });
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    // Not written by this package: nobody's lock.
    return undefined;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  return isRunning(holder.pid) && (await startOf(holder.pid)) === holder.started;
}

/** Start time of a process in clock ticks since boot (proc(5), field 22 of stat); empty where there is no /proc. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
