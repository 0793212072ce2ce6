import { getEventListeners } from "node:events";
import pLimit from "p-limit";
import { expect, test } from "vitest";
import { pause } from "./pause.js";
import { runLimited } from "./run-limited.js";

test("keeps the order of the items and the limit", async () => {
  let under = 0;
  let most = 0;
  const results = await runLimited([30, 1, 10, 2], pLimit(2), undefined, async (ms) => {
    most = Math.max(most, ++under);
    await pause(ms);
    under -= 1;
    return ms * 2;
  });
  expect(results).toEqual([60, 2, 20, 4]);
  expect(most).toBe(2);
});

test("the first failure stops the others, and is thrown when all have ended", async () => {
  const failure = new Error("first");
  const ended: number[] = [];
  const started: number[] = [];
  const running = runLimited([0, 1, 2, 3], pLimit(2), undefined, async (item, signal) => {
    started.push(item);
    if (item === 0) throw failure;
    await pause(5_000, signal).finally(() => ended.push(item));
  });
  await expect(running).rejects.toBe(failure);
  expect(started).toEqual([0, 1]);
  expect(ended).toEqual([1]);
});

test("an abort stops all with the reason and leaves no listener; one from before starts none", async () => {
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const running = runLimited([1, 2], pLimit(2), controller.signal, (_item, signal) => pause(5_000, signal));
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  let started = 0;
  const late = runLimited([1], pLimit(1), controller.signal, async () => {
    started += 1;
  });
  await expect(late).rejects.toBe(reason);
  expect(started).toBe(0);
});

test("forty at a time are no leak to Node.js", async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on("warning", listen);
  const controller = new AbortController();
  const items = Array.from({ length: 40 }, (_, index) => index);
  await runLimited(items, pLimit(40), controller.signal, (_item, signal) => pause(20, signal));
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", listen);
  expect(warnings).toEqual([]);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});
