import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSession } from "./kernel-session.js";

describe("long work of a cell that is interrupted", () => {
  let folder: string;
  // As our packages have it, each with a copy.
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sightline-kernel-"));
    for (const file of ["long-work.ts", "cell-signal.ts"]) {
      copyFileSync(new URL(`../../foundation/src/${file}`, import.meta.url), join(folder, file));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const declare = `import { longWork } from "./long-work";
    const log: string[] = [];
    /** Ends 200 ms after it was told to. */
    const work = (name: string) => longWork<{ kind: "begun" }, void>(async (signal, tell) => {
      await tell({ kind: "begun" });
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      await new Promise((resolve) => setTimeout(resolve, 200));
      log.push(name);
      signal.throwIfAborted();
    });`;

  it.each([
    ["is awaited", 'await work("a"); log.push("behind");'],
    ["tells its events", 'for await (const event of work("a")) log.push(event.kind); log.push("behind");'],
    ["runs beside what is awaited", 'const beside = work("a"); await new Promise(() => {});'],
    [
      "was begun by a cell that holds the thread",
      'const held = work("a"); await 0; await 0; while (true) {}',
    ],
  ])("ends when it %s", async (_, code) => {
    const { kernel, run } = await startSession(folder);
    try {
      await run(`${declare}\nconst later = work("of an earlier cell"); later.catch(() => {}); void 0`);
      const end = await kernel.execute(`console.log("go"); ${code}`, ({ header }) => {
        if (header.msg_type === "stream") kernel.interrupt();
      });
      expect(end).toMatchObject({ kind: "replied", content: { status: "error", ename: "Interrupted" } });
      await run("await new Promise((resolve) => setTimeout(resolve, 400))");
      expect((await run('log.filter((line) => line !== "begun").join()')).value).toBe("a");
    } finally {
      await kernel.close();
    }
  });
});
