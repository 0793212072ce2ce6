import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { OutputBusyError } from "../errors.js";
import { hasFinishedSegments, openWorkFolder } from "./work-folder.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "work-folder-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

it("is held by one of many at any time, while folders come and go", async () => {
  const output = join(folder, "road.mp4");
  let holders = 0;
  const work = async (): Promise<void> => {
    for (let done = 0; done < 10; ) {
      const mine = await openWorkFolder(output).catch((error: unknown) => error);
      if (mine instanceof Error) {
        expect(mine).toBeInstanceOf(OutputBusyError);
        await new Promise(setImmediate);
        continue;
      }
      const held = mine as Awaited<ReturnType<typeof openWorkFolder>>;
      holders++;
      expect(holders).toBe(1);
      await writeFile(join(await held.stage("frames", 1), "x.tmp"), "x");
      holders--;
      await held.release();
      done++;
    }
  };
  await Promise.all([work(), work(), work()]);
  expect(await readdir(folder)).toEqual([]);
});

it("keeps what is finished for a later run, and nothing else", async () => {
  const output = join(folder, "road.mp4");
  const first = await openWorkFolder(output);
  await writeFile(join(await first.stage("detect", 1), "000000.json.part"), "");
  await first.release();
  expect(hasFinishedSegments(output)).toBe(false);
  const second = await openWorkFolder(output);
  await writeFile(join(await second.stage("detect", 1), "000000.json"), "{}");
  await second.release();
  expect(hasFinishedSegments(output)).toBe(true);
  const third = await openWorkFolder(output);
  expect(await readdir(await third.stage("detect", 1))).toEqual(["000000.json"]);
  await third.remove();
  expect(await readdir(folder)).toEqual([]);
});
