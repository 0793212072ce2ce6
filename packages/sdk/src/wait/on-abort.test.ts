import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { onAbort } from "./on-abort.js";

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

test("a hundred callbacks are one listener, and the last to end takes it off", () => {
  const { signal } = new AbortController();
  const ends = Array.from({ length: 100 }, () => onAbort(signal, () => undefined));
  expect(listeners(signal)).toBe(1);
  for (const end of ends) end();
  expect(listeners(signal)).toBe(0);
  for (const end of ends) end();
  onAbort(signal, () => undefined);
  expect(listeners(signal)).toBe(1);
});

test("an abort calls each that has not ended, once", () => {
  const controller = new AbortController();
  const called: string[] = [];
  const callback = () => called.push("same");
  onAbort(controller.signal, callback);
  onAbort(controller.signal, callback);
  onAbort(controller.signal, () => called.push("ended"))();
  controller.abort();
  expect(called).toEqual(["same", "same"]);
  expect(listeners(controller.signal)).toBe(0);
  onAbort(controller.signal, () => called.push("too late"));
  expect(called).toHaveLength(2);
});

test("a callback that ends another in an abort does not disturb it", () => {
  const controller = new AbortController();
  const ends: (() => void)[] = [];
  let called = 0;
  for (let index = 0; index < 3; index += 1) {
    ends.push(
      onAbort(controller.signal, () => {
        called += 1;
        for (const end of ends) end();
      }),
    );
  }
  controller.abort();
  expect(called).toBe(3);
});
