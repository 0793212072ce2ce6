import { Worker } from "node:worker_threads";

/** How often the parent is looked at, and how long children of a cell may take to end, in milliseconds. */
const pollMs = 500;
const graceMs = 1_000;

/**
 * Runs in a thread, so that a cell in an endless loop is ended too. Jupyter and the runner make a kernel the
 * leader of its process group, so the negative id also ends what the cell had started; a kernel that is no
 * leader has no such group.
 */
const watcher = `
const { workerData, parentPort } = require("node:worker_threads");
const kill = (id) => { try { process.kill(id, "SIGKILL"); } catch {} };
setInterval(() => {
  if (process.ppid === workerData.parent) return;
  parentPort.postMessage("parent is gone");
  setTimeout(() => { kill(-process.pid); kill(process.pid); }, workerData.graceMs);
}, workerData.pollMs);
`;

/**
 * Ends this process, and what its cells had started, soon after its parent has died, by whatever signal.
 * @param parent the parent's id as the parent told it: asked for here it is another's when that died meanwhile.
 */
export function watchParent(parent: number): void {
  const worker = new Worker(watcher, { eval: true, execArgv: [], workerData: { parent, pollMs, graceMs } });
  worker.unref();
  worker.once("message", () => {
    // A cell's own exit handlers come first; the group goes last, this process with it.
    process.on("exit", killGroup);
    process.exit(1);
  });
}

function killGroup(): void {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch (error) {
    // Not the leader of a group: there is none of this id.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
