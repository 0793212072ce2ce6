import { readdir, readFile } from "node:fs/promises";

/** What the processes of a group have used. */
export interface GroupUsage {
  /** CPU time since the processes that live were started, seconds. */
  readonly cpuSeconds: number;
  /** Resident memory, bytes. */
  readonly residentBytes: number;
}

/** Ticks of CPU time in a second. Source: USER_HZ, which is 100 on every Linux. */
const TICKS_PER_SECOND = 100;

/** What each of some process groups uses, by the group's id. Empty where there is no /proc, as on macOS. */
export async function usageOfGroups(groups: ReadonlySet<number>): Promise<Map<number, GroupUsage>> {
  const usage = new Map<number, GroupUsage>();
  const names = await readdir("/proc").catch(() => []);
  for (const name of names.filter((one) => /^\d+$/.test(one))) {
    const process = await read(name, groups);
    if (process === undefined) continue;
    const { group, cpuSeconds, residentBytes } = process;
    const sum = usage.get(group) ?? { cpuSeconds: 0, residentBytes: 0 };
    usage.set(group, {
      cpuSeconds: sum.cpuSeconds + cpuSeconds,
      residentBytes: sum.residentBytes + residentBytes,
    });
  }
  return usage;
}

async function read(pid: string, groups: ReadonlySet<number>) {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name before it is in brackets and may hold anything. Source: proc(5), fields 3 and on.
    const fields = stat.slice(stat.lastIndexOf(") ") + 2).split(" ");
    const group = Number(fields[2]);
    if (!groups.has(group)) return undefined;
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const residentKiB = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
    return {
      group,
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      residentBytes: residentKiB * 1024,
    };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
