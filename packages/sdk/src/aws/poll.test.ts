import { getEventListeners } from "node:events";
import { expect, test, vi } from "vitest";
import { AwsRequestError, InvalidInputError, WaitTimeoutError } from "../errors.js";
import { backoffMs } from "../wait/backoff.js";
import { pause } from "../wait/pause.js";
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
  vi.useFakeTimers();
  try {
    const waiting = poll<never>("a thing", async () => ({ done: false, status: "Creating" }), {
      timeoutMs: 60,
      firstDelayMs: 5,
      mostDelayMs: 5_000,
    });
    const refused = expect(waiting).rejects.toThrow(
      "Gave up waiting for a thing after 0.06 s, last seen Creating",
    );
    await vi.advanceTimersByTimeAsync(60);
    await refused;
    await expect(waiting).rejects.toBeInstanceOf(WaitTimeoutError);
  } finally {
    vi.useRealTimers();
  }
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

test("a look that gets no answer ends with the wait, and leaves no listener", async () => {
  const { signal } = new AbortController();
  vi.useFakeTimers();
  try {
    const waiting = poll("a thing", (look) => pause(3_600_000, look).then(() => ({ done: false })), {
      timeoutMs: 8_000,
      signal,
    });
    const refused = expect(waiting).rejects.toThrow("Gave up waiting for a thing after 8 s.");
    await vi.advanceTimersByTimeAsync(8_000);
    await refused;
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("a look at the limit has time to find what was waited for", async () => {
  const look = (signal: AbortSignal) => pause(50, signal).then(() => ({ done: true, value: 1 }) as const);
  expect(await poll("a thing", look, { timeoutMs: 0 })).toBe(1);
});

test.each([
  { timeoutMs: Number.NaN },
  { timeoutMs: -1 },
  { timeoutMs: 1, firstDelayMs: Number.NaN },
  { timeoutMs: 1, mostDelayMs: -1 },
])("%j is no time to wait", async (options) => {
  const look = vi.fn();
  await expect(poll("a thing", look, options)).rejects.toThrow(InvalidInputError);
  expect(look).not.toHaveBeenCalled();
});
