import type { TurboLane } from "../image/turbo-lane.js";
import type { ItemResult, ItemSettings, PackItem } from "./item.js";
import { processItem } from "./process-item.js";
import type { RecordArena } from "./record-arena.js";

/**
 * The outcome of a batch in two pieces. A worker's answer may wait for its turn; as one string and one piece of memory
 * it makes no garbage that outlives the young generation.
 */
export interface BatchOutcome {
  /** The results as JSON, without their records but with each record's length as `bytes`. */
  readonly json: string;
  /** All records, one behind the other. */
  readonly slab: ArrayBuffer;
}

/** Images in sharp's hands at once in one thread; more would only wait, each with its pixels in memory. */
const SHARP_AT_ONCE = 2;

/** Works through a batch, in order; its records lie in the arena. */
export async function workThrough(
  items: readonly PackItem[],
  settings: ItemSettings,
  turbo: TurboLane | undefined,
  arena: RecordArena,
): Promise<ItemResult[]> {
  const results: ItemResult[] = new Array(items.length);
  const waiting = new Set<Promise<void>>();
  for (const [at, item] of items.entries()) {
    const result = processItem(item, settings, turbo, arena);
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
  return results;
}

/** Puts results into two pieces that can be handed to another thread. */
export function flatten(results: readonly ItemResult[]): BatchOutcome {
  const records = results.map((result) => (result.kind === "same" ? undefined : result.framed) ?? NONE);
  const slab = new Uint8Array(records.reduce((sum, record) => sum + record.length, 0));
  let at = 0;
  for (const record of records) {
    slab.set(record, at);
    at += record.length;
  }
  const flat = results.map((result, index) => ({
    ...result,
    framed: undefined,
    bytes: records[index]!.length,
  }));
  return { json: JSON.stringify(flat), slab: slab.buffer };
}

/** Puts results together again. */
export function unflatten({ json, slab }: BatchOutcome): ItemResult[] {
  let at = 0;
  return (JSON.parse(json) as (ItemResult & { bytes: number })[]).map(({ bytes, ...result }) => {
    if (bytes === 0) return result as ItemResult;
    const framed = new Uint8Array(slab, at, bytes);
    at += bytes;
    return { ...result, framed } as ItemResult;
  });
}

const NONE = new Uint8Array(0);
