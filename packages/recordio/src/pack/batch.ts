import type { TurboLane } from "../image/turbo-lane.js";
import type { ItemResult, ItemSettings, PackItem } from "./item.js";
import { processItem } from "./process-item.js";

/** The outcome of an item with its record left out; that lies in the slab. */
export type FlatResult = ItemResult extends infer R
  ? R extends ItemResult
    ? Omit<R, "framed"> & { readonly bytes: number }
    : never
  : never;

/** Images in sharp's hands at once in one thread; more would only wait, each with its pixels in memory. */
const SHARP_AT_ONCE = 2;

/** Works through a batch; all records come in one piece of memory that can be handed to another thread. */
export async function gatherBatch(
  items: readonly PackItem[],
  settings: ItemSettings,
  turbo: TurboLane | undefined,
): Promise<{ results: FlatResult[]; slab: ArrayBuffer }> {
  const results: ItemResult[] = new Array(items.length);
  const waiting = new Set<Promise<void>>();
  for (const [at, item] of items.entries()) {
    const result = processItem(item, settings, turbo);
    if (!(result instanceof Promise)) {
      results[at] = result;
      continue;
    }
    const settled = result.then((value) => {
      results[at] = value;
    });
    waiting.add(settled);
    void settled.then(
      () => waiting.delete(settled),
      () => waiting.delete(settled),
    );
    if (waiting.size >= SHARP_AT_ONCE) await Promise.race(waiting);
  }
  await Promise.all(waiting);
  return flatten(results);
}

/** Puts the records taken apart by {@link gatherBatch} back. */
export function unflatten(results: readonly FlatResult[], slab: ArrayBuffer): ItemResult[] {
  let at = 0;
  return results.map(({ bytes, ...result }) => {
    if (bytes === 0) return result as ItemResult;
    const framed = new Uint8Array(slab, at, bytes);
    at += bytes;
    return { ...result, framed } as ItemResult;
  });
}

function flatten(results: readonly ItemResult[]): { results: FlatResult[]; slab: ArrayBuffer } {
  const total = results.reduce((sum, result) => sum + framedOf(result).length, 0);
  const slab = new Uint8Array(total);
  let at = 0;
  const flat = results.map((result): FlatResult => {
    const framed = framedOf(result);
    slab.set(framed, at);
    at += framed.length;
    const { framed: _, ...rest } = { framed: undefined, ...result };
    return { ...rest, bytes: framed.length } as FlatResult;
  });
  return { results: flat, slab: slab.buffer };
}

const NONE = new Uint8Array(0);

function framedOf(result: ItemResult): Uint8Array {
  return result.kind === "same" ? NONE : (result.framed ?? NONE);
}
