import { parentPort, workerData } from "node:worker_threads";
import { TurboLane } from "../image/turbo-lane.js";
import { flatten, workThrough } from "./batch.js";
import type { ItemSettings, PackItem } from "./item.js";
import { RecordArena } from "./record-arena.js";

// The program of one worker thread: batches in, framed records out.

/** A batch to work on. */
export interface BatchRequest {
  readonly number: number;
  readonly items: readonly PackItem[];
}

const settings = workerData as ItemSettings;
const turbo = settings.recipe.lane === "auto" ? TurboLane.create() : undefined;
const arena = new RecordArena();

let queue = Promise.resolve();
parentPort!.on("message", ({ number, items }: BatchRequest) => {
  // One batch after the other: what is in memory stays bounded.
  queue = queue.then(async () => {
    try {
      const outcome = flatten(await workThrough(items, settings, turbo, arena));
      arena.reset();
      parentPort!.postMessage({ number, outcome }, [outcome.slab]);
    } catch (error) {
      const { message, stack } = error as Error;
      parentPort!.postMessage({ number, error: { message, stack } });
    }
  });
});
