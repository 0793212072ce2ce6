import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Cloud } from "../../cloud.js";
import { Instance } from "./instance.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sightline-instance-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("stops a program that came to be after the instance was told to stop", async () => {
  const runner = new EventEmitter();
  const program = new EventEmitter();
  const stop = vi.fn(async () => program.emit("exit"));
  const cloud = {
    containers: {
      async start() {
        const goOn = once(runner, "go on");
        runner.emit("asked");
        await goOn;
        return { exited: once(program, "exit"), stop };
      },
    },
    logs: { open: () => ({ write: () => undefined, close: () => undefined }) },
    timeScale: 1,
    logger: console,
  } as unknown as Cloud;
  const instance = new Instance({
    cloud,
    image: "own:1",
    env: {},
    modelFolder: folder,
    folder,
    logGroup: "group",
    logStreamPrefix: "AllTraffic",
  });
  const asked = once(runner, "asked");
  const starting = instance.start(60_000, new AbortController().signal);
  await asked;
  await instance.stop();
  runner.emit("go on");
  expect(await starting).toBe(false);
  expect(stop).toHaveBeenCalledOnce();
});
