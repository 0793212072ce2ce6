import { expect, it, vi } from "vitest";

it("does everything behind one listener, children before files, whichever copy of the module was given it", async () => {
  const before = process.listeners("exit").length;
  const done: string[] = [];
  for (let copy = 0; copy < 12; copy++) {
    vi.resetModules();
    const { atExit } = await import("./at-exit.js");
    atExit("files", () => done.push("file"));
    atExit("children", () => done.push("child"));
  }
  const added = process.listeners("exit").slice(before);
  expect(added.length).toBeLessThanOrEqual(1);
  process.listeners("exit").at(-1)!.call(process, 0);
  expect(done).toEqual([...Array(12).fill("child"), ...Array(12).fill("file")]);
});
