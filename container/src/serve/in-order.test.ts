import { describe, expect, it } from "vitest";
import { inOrder } from "./in-order.js";

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Work that is done when it is told to be. */
function gates(count: number): { resolve: (index: number) => void; run: (index: number) => Promise<number> } {
  const all = Array.from({ length: count }, (_, i) => {
    let resolve = (): void => {};
    const done = new Promise<number>((tell) => {
      resolve = () => tell(i);
    });
    return { resolve, done };
  });
  return { resolve: (i) => all[i]!.resolve(), run: (i) => all[i]!.done };
}

describe("inOrder", () => {
  it("yields in the items' order, whatever is done first", async () => {
    const { resolve, run } = gates(3);
    const results = collect(inOrder([0, 1, 2], 3, run));
    for (const i of [2, 1, 0]) resolve(i);
    expect(await results).toEqual([0, 1, 2]);
  });

  it("begins no more than may be ahead of what was taken", async () => {
    const begun: number[] = [];
    const results = inOrder([0, 1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      return item;
    });
    await results.next();
    expect(begun).toEqual([0, 1]);
    await results.next();
    expect(begun).toEqual([0, 1, 2]);
    await results.return();
    expect(begun).toEqual([0, 1, 2]);
  });

  it("fails with the first in order that fails, behind what is good before it", async () => {
    const seen: number[] = [];
    const all = inOrder([0, 1, 2], 3, async (item) => {
      if (item > 0) throw new Error(`item ${item}`);
      return item;
    });
    await expect(
      (async () => {
        for await (const item of all) seen.push(item);
      })(),
    ).rejects.toThrow("item 1");
    expect(seen).toEqual([0]);
  });

  it("yields nothing for no items", async () => {
    expect(await collect(inOrder([], 2, async () => 1))).toEqual([]);
  });
});
