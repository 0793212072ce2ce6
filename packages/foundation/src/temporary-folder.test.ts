import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inTemporaryFolder } from "./temporary-folder.js";
import { untilAborted } from "./until-aborted.js";

it("gives back what the work does, and removes its folder with all that is in it", async () => {
  const folder = await inTemporaryFolder("sightline-test-", async (made) => {
    await writeFile(join(made, "a"), "1");
    return made;
  });
  expect(folder).toContain("sightline-test-");
  expect(existsSync(folder)).toBe(false);
});

it("removes the folder of work that fails, which fails with its own error", async () => {
  let folder = "";
  const failing = inTemporaryFolder("sightline-test-", async (made) => {
    folder = made;
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(existsSync(folder)).toBe(false);
});

it("waits for a signal, and not for one that has come", async () => {
  await untilAborted(AbortSignal.abort());
  const ending = new AbortController();
  let ended = false;
  const waiting = untilAborted(ending.signal).then(() => {
    ended = true;
  });
  await new Promise(setImmediate);
  expect(ended).toBe(false);
  ending.abort();
  await waiting;
  expect(ended).toBe(true);
});
