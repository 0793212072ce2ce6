import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StateDirInUseError } from "../errors.js";
import { lockStateDir } from "./lock-state-dir.js";

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), "sightline-lock-"));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

/** The lock of a process that has ended. */
function writeDeadLock(): void {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const dead = { pid, host: os.hostname(), started: "1", token: "dead-token" };
  writeFileSync(path.join(stateDir, "lock.json"), JSON.stringify(dead));
}

// How two takings may interleave, step by step and with kills between, is the lock's own test; this one sees to it
// that the server's way in has no gap of its own.
test.each([
  ["a free directory", () => undefined],
  ["the directory of a dead server", writeDeadLock],
])("of many servers that take %s at once, one starts", async (_what, prepare) => {
  prepare();
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockStateDir(stateDir)));
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused).toHaveLength(19);
  for (const { reason } of refused) expect(reason).toBeInstanceOf(StateDirInUseError);
});

test("the second is told where the first listens, until that one lets go", async () => {
  const first = await lockStateDir(stateDir);
  await first.announce("http://127.0.0.1:8500");
  await expect(lockStateDir(stateDir)).rejects.toThrow(
    `in use by process ${process.pid} at http://127.0.0.1:8500`,
  );
  await first.release();
  const second = await lockStateDir(stateDir);
  // What the first does late takes nothing from the second.
  await first.release();
  expect(JSON.parse(readFileSync(path.join(stateDir, "lock.json"), "utf8")).pid).toBe(process.pid);
  await second.release();
  expect(readdirSync(stateDir)).toEqual([]);
});

test.each(["", "{}", '{"pid":'])(
  "a lock that nobody can have written whole is nobody's: %j",
  async (content) => {
    writeFileSync(path.join(stateDir, "lock.json"), content);
    await (await lockStateDir(stateDir)).release();
  },
);
