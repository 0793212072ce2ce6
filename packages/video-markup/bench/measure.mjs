// What a program and all that it starts cost: CPU time, wall time and, on Linux, memory.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/**
 * Runs a program to its end.
 *
 * `peakBytes` is the largest sum of the proportional set sizes (shared pages counted once) of its process
 * tree, looked at every second when `memory` is set (looking costs CPU time itself); 0 otherwise.
 * `otherMs` is the CPU time that all else on the machine took meanwhile, on Linux; NaN elsewhere.
 */
export async function run(program, args, { memory = false } = {}) {
  const started = performance.now();
  const busyBefore = busyMs();
  // The shell's `times` counts the whole tree of processes, which Node cannot.
  const child = spawn("sh", ["-c", '"$@"; code=$?; times >&2; exit $code', "sh", program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let peakBytes = 0;
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const timer = memory
    ? setInterval(() => {
        peakBytes = Math.max(peakBytes, treeBytes(child.pid));
      }, 1000)
    : undefined;
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearInterval(timer);
  const wallMs = performance.now() - started;
  const busy = busyMs() - busyBefore;
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`);
  const times = [...stderr.matchAll(/(\d+)m([\d.]+)s/g)].slice(-2);
  const cpuMs = times.reduce(
    (sum, [, minutes, rest]) => sum + 60_000 * Number(minutes) + 1000 * Number(rest),
    0,
  );
  return { stdout, cpuMs, wallMs, peakBytes, otherMs: busy - cpuMs };
}

/** CPU time of the whole machine since it started: all but idle, waiting and stolen. */
function busyMs() {
  const [user, nice, system, , , irq, softIrq] = read("/proc/stat").split(/\s+/).slice(1, 8).map(Number);
  return 10 * (user + nice + system + irq + softIrq);
}

/** Proportional set size of a process and its descendants, in bytes. */
export function treeBytes(root) {
  const parents = new Map();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const stat = read(`/proc/${name}/stat`);
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const tree = new Set([root]);
  for (let size = 0; size !== tree.size; ) {
    size = tree.size;
    for (const [pid, parent] of parents) if (tree.has(parent)) tree.add(pid);
  }
  let kib = 0;
  for (const pid of tree) kib += Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  return kib * 1024;
}

/** A file of /proc, or nothing when the process has ended meanwhile. */
function read(path) {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
