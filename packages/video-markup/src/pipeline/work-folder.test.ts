import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "work-folder-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** As another process has it: a copy of the module knows nothing of what this one writes. */
async function copyOfModule() {
  vi.resetModules();
  return await import("./work-folder.js");
}

it("is held by one of many at any time, while folders come and go", async () => {
  const output = join(folder, "road.mp4");
  let holders = 0;
  let jobs = 0;
  const work = async (): Promise<void> => {
    const { openWorkFolder } = await copyOfModule();
    for (let done = 0; done < 40; ) {
      const mine = await openWorkFolder(output).catch((error: Error) => error);
      if (mine instanceof Error) {
        expect(`${mine.name} ${mine.message}`).toMatch(/^OutputBusyError /);
        await new Promise(setImmediate);
        continue;
      }
      holders++;
      expect(holders).toBe(1);
      await writeFile(join(await mine.stage("frames", 1), "x.tmp"), "x");
      holders--;
      await mine.release();
      done++;
      jobs++;
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  expect(jobs).toBe(160);
  expect(await readdir(folder)).toEqual([]);
});

it("goes to one of many when its job was killed", async () => {
  const output = join(folder, "road.mp4");
  for (let round = 0; round < 40; round++) {
    const { openWorkFolder } = await copyOfModule();
    const killed = await openWorkFolder(output);
    // No process has this number.
    const dead = { pid: 2 ** 30, host: hostname(), started: "1" };
    await writeFile(join(killed.path, "lock"), JSON.stringify(dead));
    const copies = [await copyOfModule(), await copyOfModule(), await copyOfModule()];
    const tries = await Promise.allSettled(copies.map((copy) => copy.openWorkFolder(output)));
    const winners = tries.flatMap((tried) => (tried.status === "fulfilled" ? [tried.value] : []));
    expect(winners).toHaveLength(1);
    await winners[0]!.remove();
  }
  expect(await readdir(folder)).toEqual([]);
});
