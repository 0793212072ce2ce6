/** How often the parent is looked at, and how long children of a cell may take to end, in milliseconds. */
const pollMs = 500;
const graceMs = 1_000;

/**
 * Ends this process, and what its cells had started, soon after its parent has died, by whatever signal. Runs in a
 * thread, so that a cell in an endless loop is ended too. Jupyter and the runner make a kernel the leader of its process
 * group, so the negative id also ends what the cell had started; a kernel that is no leader has no such group.
 * @param parent the parent's id as the parent told it: asked for here it is another's when that died meanwhile.
 * @param onGone called first; the main thread then has a moment for exit handlers.
 */
export function pollParent(parent: number, onGone: () => void): void {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
    setTimeout(() => {
      kill(-process.pid);
      kill(process.pid);
    }, graceMs);
  }, pollMs);
}

/** Ends this process in order, and its group with it. */
export function exitWithGroup(): never {
  // A cell's own exit handlers come first; the group goes last, this process with it.
  process.on("exit", () => kill(-process.pid));
  process.exit(1);
}

function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch (error) {
    // Not the leader of a group: there is none of this id.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
