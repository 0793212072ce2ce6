import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { AwsRequestError, WaitTimeoutError } from "../errors.js";
import { backoffMs } from "./backoff.js";
import { pause } from "./pause.js";
import { poll } from "./poll.js";

const throttled = () =>
  new AwsRequestError(
    "slow down",
    {
      service: "sagemaker",
      operation: "X",
      code: "ThrottlingException",
      statusCode: 400,
      requestId: undefined,
    },
    undefined,
  );

test("delays grow by half up to the limit, give or take a fifth", () => {
  const middle = [0, 1, 2, 10].map((attempt) => backoffMs(attempt, 100, 1000, () => 0.5));
  expect(middle).toEqual([100, 150, 225, 1000]);
  expect(backoffMs(0, 100, 1000, () => 0)).toBe(80);
  expect(backoffMs(20, 100, 1000, () => 1)).toBe(1200);
});

test("looks until done, through throttling", async () => {
  let looks = 0;
  const value = await poll(
    "a thing",
    async () => {
      looks += 1;
      if (looks < 3) throw throttled();
      return looks < 5 ? { done: false } : { done: true, value: looks };
    },
    { timeoutMs: 5_000, firstDelayMs: 1, mostDelayMs: 2 },
  );
  expect(value).toBe(5);
});

test("an error that will not pass ends the wait at once", async () => {
  const error = new Error("no");
  await expect(poll("a thing", () => Promise.reject(error), { timeoutMs: 5_000 })).rejects.toBe(error);
});

test("a wait ends at its limit and says what it last saw", async () => {
  const started = Date.now();
  const error = await poll<never>("a thing", async () => ({ done: false, status: "Creating" }), {
    timeoutMs: 60,
    firstDelayMs: 5,
    mostDelayMs: 5_000,
  }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(WaitTimeoutError);
  expect(error.message).toContain("Gave up waiting for a thing after 0.06 s, last seen Creating");
  expect(Date.now() - started).toBeLessThan(2_000);
});

test("a wait in which every look fails ends at its limit too", async () => {
  await expect(
    poll("a thing", () => Promise.reject(throttled()), { timeoutMs: 30, firstDelayMs: 1, mostDelayMs: 2 }),
  ).rejects.toThrow(WaitTimeoutError);
});

test("a pause ends with the signal's reason and leaves no listener", async () => {
  const controller = new AbortController();
  const reason = new Error("stop");
  const waiting = pause(60_000, controller.signal);
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(pause(60_000, controller.signal)).rejects.toBe(reason);
  const other = new AbortController();
  await pause(1, other.signal);
  expect(getEventListeners(other.signal, "abort")).toHaveLength(0);
});
