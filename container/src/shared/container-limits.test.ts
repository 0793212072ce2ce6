import { describe, expect, it } from "vitest";
import { containerCpus, containerMemoryBytes, readCpuShare } from "./container-limits.js";

function shareOf(files: Readonly<Record<string, string>>): number {
  return readCpuShare((path) => {
    const text = files[path];
    if (text === undefined) throw new Error("ENOENT");
    return text;
  });
}

describe("readCpuShare", () => {
  it.each<[string, Record<string, string>, number]>([
    ["version 2, in a container", { "/sys/fs/cgroup/cpu.max": "150000 100000\n" }, 1.5],
    [
      "version 2, in a group below the root",
      { "/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/cpu.max": "50000 100000" },
      0.5,
    ],
    ["version 2 without a limit", { "/sys/fs/cgroup/cpu.max": "max 100000" }, Number.POSITIVE_INFINITY],
    [
      "version 1, in a container",
      {
        "/proc/self/cgroup": "4:memory:/x\n1:cpu,cpuacct:/docker/7\n0::/\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
      },
      2,
    ],
    [
      "version 1, in a group below the root",
      {
        "/proc/self/cgroup": "1:cpuacct,cpu:/y\n",
        "/sys/fs/cgroup/cpu/y/cpu.cfs_quota_us": "300000",
        "/sys/fs/cgroup/cpu/y/cpu.cfs_period_us": "100000",
      },
      3,
    ],
    [
      "version 1 without a limit",
      { "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000" },
      Number.POSITIVE_INFINITY,
    ],
    ["no cgroups", {}, Number.POSITIVE_INFINITY],
  ])("%s", (_, files, share) => {
    expect(shareOf(files)).toBe(share);
  });

  it("never leaves a container without a core or without memory", () => {
    expect(containerCpus()).toBeGreaterThanOrEqual(1);
    expect(Number.isSafeInteger(containerMemoryBytes())).toBe(true);
  });
});
