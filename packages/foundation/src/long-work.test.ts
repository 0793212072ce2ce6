import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { offerCellSignal } from "./cell-signal.js";
import { type LongWork, longWork, type Tell } from "./long-work.js";

type Event = { kind: "step"; n: number } | { kind: "progress"; done: number };

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
let others: NodeJS.UnhandledRejectionListener[] = [];
beforeEach(() => {
  others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
  unhandled.length = 0;
});
afterEach(() => {
  process.off("unhandledRejection", note);
  for (const other of others) process.on("unhandledRejection", other);
});

/** Node.js tells of unhandled rejections behind all microtasks. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function steps(count: number, tell: Tell<Event>): Promise<string> {
  for (let n = 0; n < count; n++) await tell({ kind: "step", n });
  return `${count} steps`;
}

async function all(work: AsyncIterable<Event>): Promise<Event[]> {
  const seen: Event[] = [];
  for await (const event of work) seen.push(event);
  return seen;
}

/** Runs until its signal aborts. */
function endless(options: { signal?: AbortSignal } = {}, onEnd = () => {}): LongWork<Event, never> {
  return longWork<Event, never>(async (signal, tell) => {
    await tell({ kind: "step", n: 0 });
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await turn();
    onEnd();
    throw new Error("the work's own words for it");
  }, options);
}

describe("the result", () => {
  it("is awaited without a loop", async () => {
    await expect(longWork<Event, string>((_, tell) => steps(3, tell))).resolves.toBe("3 steps");
  });

  it("is there behind the loop, which misses no event", async () => {
    const work = longWork<Event, string>((_, tell) => steps(3, tell));
    expect(await all(work)).toEqual([0, 1, 2].map((n) => ({ kind: "step", n })));
    expect(await work).toBe("3 steps");
  });

  it("begins at the call, without await and loop", async () => {
    let begun = false;
    const work = longWork<Event, number>(async () => {
      begun = true;
      return 1;
    });
    await turn();
    expect(begun).toBe(true);
    await work;
  });
});

describe("a failure", () => {
  const failing = () =>
    longWork<Event, never>(async (_, tell) => {
      await tell({ kind: "step", n: 0 });
      throw new Error("no disk");
    });

  it("reaches await", async () => {
    await expect(failing()).rejects.toThrow("no disk");
    await turn();
    expect(unhandled).toEqual([]);
  });

  it("reaches the loop behind the events, and is no unhandled rejection beside", async () => {
    const seen: Event[] = [];
    await expect(
      (async () => {
        for await (const event of failing()) seen.push(event);
      })(),
    ).rejects.toThrow("no disk");
    await turn();
    expect(seen).toHaveLength(1);
    expect(unhandled).toEqual([]);
  });

  it("reaches both where both are used", async () => {
    const work = failing();
    await expect(all(work)).rejects.toThrow("no disk");
    await expect(work).rejects.toThrow("no disk");
  });

  it("is unhandled when nobody observes it", async () => {
    void failing();
    await turn();
    await turn();
    expect(unhandled.map(String)).toEqual(["Error: no disk"]);
  });
});

describe("cancelling", () => {
  it("by leaving the loop ends the work before the loop is left, and await rejects with the abort", async () => {
    let ended = false;
    const work = endless({}, () => {
      ended = true;
    });
    for await (const _ of work) break;
    expect(ended).toBe(true);
    await expect(work).rejects.toMatchObject({ name: "AbortError" });
    await turn();
    expect(unhandled).toEqual([]);
  });

  it("by an error in the loop's body ends the work and throws that error", async () => {
    const work = endless();
    await expect(
      (async () => {
        for await (const _ of work) throw new Error("mine");
      })(),
    ).rejects.toThrow("mine");
    await expect(work).rejects.toMatchObject({ name: "AbortError" });
  });

  it("by the signal rejects with its reason, unwrapped, and leaves no listener", async () => {
    const controller = new AbortController();
    const work = endless({ signal: controller.signal });
    await turn();
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(work).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("by the signal reaches a loop", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const work = endless({ signal: controller.signal });
    await expect(
      (async () => {
        for await (const _ of work) controller.abort(reason);
      })(),
    ).rejects.toBe(reason);
  });

  it("before the call starts nothing", async () => {
    let begun = false;
    const work = longWork<Event, void>(
      async () => {
        begun = true;
      },
      { signal: AbortSignal.abort("never mind") },
    );
    await expect(work).rejects.toBe("never mind");
    expect(begun).toBe(false);
  });

  it("leaves no listener behind work that went well", async () => {
    const { signal } = new AbortController();
    await longWork<Event, string>((_, tell) => steps(3, tell), { signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("frees work that waits for a slow loop", async () => {
    const work = longWork<Event, string>((_, tell) => steps(5000, tell));
    for await (const _ of work) break;
    await expect(work).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("a slow loop", () => {
  it("sees the newest progress and every other event in order", async () => {
    const work = longWork<Event, void>(
      async (_, tell) => {
        for (let n = 0; n < 100; n++) {
          void tell({ kind: "progress", done: n });
          if (n % 50 === 0) void tell({ kind: "step", n });
        }
      },
      { progress: ["progress"] },
    );
    const seen: Event[] = [];
    for await (const event of work) {
      seen.push(event);
      await turn();
    }
    expect(seen).toEqual([
      { kind: "step", n: 0 },
      { kind: "step", n: 50 },
      { kind: "progress", done: 99 },
    ]);
  });

  it("holds the work back instead of memory", async () => {
    let told = 0;
    const work = longWork<Event, void>(async (_, tell) => {
      for (let n = 0; n < 5000; n++) {
        told = n;
        await tell({ kind: "step", n });
      }
    });
    const iterator = work[Symbol.asyncIterator]();
    await iterator.next();
    await turn();
    expect(told).toBeLessThanOrEqual(1001);
    let count = 1;
    while ((await iterator.next()).done !== true) count++;
    expect(count).toBe(5000);
    await work;
  });
});

it("keeps no event without a loop", async () => {
  const work = longWork<Event, string>((_, tell) => steps(5000, tell));
  expect(await work).toBe("5000 steps");
  expect(await all(work)).toEqual([]);
});

it("throws at a second loop", async () => {
  const work = longWork<Event, string>((_, tell) => steps(1, tell));
  await all(work);
  expect(() => work[Symbol.asyncIterator]()).toThrow(TypeError);
});

it("is a plain promise of the result behind an async function", async () => {
  const passOn = async () => longWork<Event, string>((_, tell) => steps(1, tell));
  expect(Symbol.asyncIterator in passOn()).toBe(false);
  expect(await passOn()).toBe("1 steps");
});

describe("work of a notebook's cell", () => {
  let cell: AbortController | undefined;
  beforeEach(() => offerCellSignal(() => cell?.signal));
  afterEach(() => offerCellSignal(() => undefined));

  const begin = (signal?: AbortSignal) =>
    longWork<Event, void>(
      (inner) => new Promise((_, reject) => inner.addEventListener("abort", () => reject(inner.reason))),
      { signal },
    );

  it("ends when its cell is interrupted, or by its own signal, and hears nothing of other cells", async () => {
    cell = new AbortController();
    const first = cell;
    const own = new AbortController();
    const works = [begin(), begin(own.signal)];
    cell = new AbortController();
    const other = begin(own.signal);
    await turn();
    first.abort("interrupted");
    for (const work of works) await expect(work).rejects.toBe("interrupted");
    own.abort("enough");
    await expect(other).rejects.toBe("enough");
    for (const { signal } of [first, cell, own]) expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("does not begin in a cell that has been interrupted", async () => {
    cell = new AbortController();
    cell.abort("interrupted");
    await expect(begin()).rejects.toBe("interrupted");
  });
});
