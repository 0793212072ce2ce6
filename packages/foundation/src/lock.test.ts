import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Lock, LockHeldError, takeLock } from "./lock.js";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lock-"));
  path = join(folder, "lock");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process id that nobody has any more. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.once("exit", resolve));
  return child.pid!;
}

const holder = (fields: object) =>
  JSON.stringify({ pid: process.pid, host: hostname(), started: "", token: "earlier", ...fields });

describe("a lock", () => {
  it("is taken once, also within a process, and free when it is given back", async () => {
    const lock = await takeLock(path);
    await expect(takeLock(path)).rejects.toThrow(LockHeldError);
    await lock.release();
    await (await takeLock(path)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("goes to one of many that ask at once", async () => {
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(path)));
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await readdir(folder)).toEqual(["lock"]);
  });

  it.each([
    ["has ended", async () => holder({ pid: await endedProcess() })],
    ["had this process's id before it", async () => holder({ started: "1" })],
    ["lost its text in a power cut", async () => ""],
  ])("is taken over when its holder %s", async (_, text) => {
    await writeFile(path, await text());
    const lock = await takeLock(path);
    expect(JSON.parse(await readFile(path, "utf8")).pid).toBe(process.pid);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("is not taken over from another machine, of which nothing is known", async () => {
    await writeFile(path, holder({ host: "elsewhere", pid: 1 }));
    await expect(takeLock(path)).rejects.toMatchObject({ holder: { host: "elsewhere" } });
  });

  it("shows the holder's note", async () => {
    const lock = await takeLock(path);
    await lock.announce("http://127.0.0.1:8500");
    await expect(takeLock(path)).rejects.toMatchObject({ holder: { note: "http://127.0.0.1:8500" } });
    await lock.release();
  });

  it("that was removed and taken by another is not given back by the one before", async () => {
    const first: Lock = await takeLock(path);
    await rm(path);
    const second = await takeLock(path);
    await first.announce("mine");
    await first.release();
    await expect(takeLock(path)).rejects.not.toMatchObject({ holder: { note: "mine" } });
    await second.release();
  });

  it("loses what a killed process left while it took it", async () => {
    const pid = await endedProcess();
    await writeFile(join(folder, `.lock.${hostname()}-${pid}-1-abc.partial`), "");
    await writeFile(join(folder, "lock.over-earlier"), holder({ pid }));
    await (await takeLock(path)).release();
    expect(await readdir(folder)).toEqual([]);
  });
});
