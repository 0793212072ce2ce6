import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";

/** Memory that this process and its children may use together, in bytes: the cgroup's limit, else the machine's memory. */
export function containerMemoryBytes(): number {
  // 0 where nothing is known, more than the machine has where nothing is limited.
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/** Cores that this process and its children may use, at least 1: those it may run on, or the cgroup's share of them. */
export function containerCpus(): number {
  // Node.js before 22 does not look at the share that `docker run --cpus` gives.
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(readCpuShare(readFileSync))));
}

/**
 * The cgroup's share of processor time in cores, such as 1.5; Infinity where there is none.
 *
 * @param read reads a file or throws
 */
export function readCpuShare(read: (path: string, encoding: "utf8") => string): number {
  const text = (path: string): string => {
    try {
      return read(path, "utf8").trim();
    } catch {
      return "";
    }
  };
  // A container sees its own group at the root; elsewhere the group's path is in /proc/self/cgroup.
  const groups = text("/proc/self/cgroup").split("\n");
  const below = (pattern: RegExp): string =>
    groups.map((line) => pattern.exec(line)?.[1]).find(Boolean) ?? "";
  for (const folder of [`/sys/fs/cgroup${below(/^0::(.*)$/)}`, "/sys/fs/cgroup"]) {
    const [quota, period] = text(`${folder}/cpu.max`).split(" ").map(Number);
    if (quota && period) return quota / period;
  }
  for (const folder of [
    `/sys/fs/cgroup/cpu${below(/^\d+:(?:.*,)?cpu(?:,.*)?:(.*)$/)}`,
    "/sys/fs/cgroup/cpu",
  ]) {
    const [quota, period] = ["quota", "period"].map((name) => Number(text(`${folder}/cpu.cfs_${name}_us`)));
    if (quota && period && quota > 0) return quota / period;
  }
  return Number.POSITIVE_INFINITY;
}
