import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { usageOfGroups } from "./group-usage.js";

describe.skipIf(process.platform !== "linux")("a process group", () => {
  test("has used what its processes have", async () => {
    // It works until it has had a tenth of a second of a core, and holds 64 MiB.
    const work = `
      const held = Buffer.alloc(64 << 20, 1);
      while (process.cpuUsage().user < 100_000) held[0]++;
      console.log("ready");
      process.stdin.resume();`;
    const child = spawn(process.execPath, ["-e", work], {
      detached: true,
      stdio: ["pipe", "pipe", "ignore"],
    });
    try {
      await once(child.stdout, "data");
      const usage = (await usageOfGroups(new Set([child.pid!]))).get(child.pid!)!;
      expect(usage.cpuSeconds).toBeGreaterThanOrEqual(0.09);
      expect(usage.residentBytes).toBeGreaterThan(64 << 20);
    } finally {
      child.stdin.end();
      await once(child, "exit");
    }
    expect(await usageOfGroups(new Set([child.pid!]))).toEqual(new Map());
  });
});
