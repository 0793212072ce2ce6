import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { RecordIOError } from "../errors.js";
import { TurboLane } from "../image/turbo-lane.js";
import { type BatchOutcome, unflatten, workThrough } from "./batch.js";
import type { ItemResult, ItemSettings, PackItem } from "./item.js";
import { RecordArena } from "./record-arena.js";

/** Where batches of images are worked on. */
export interface ImagePool {
  /** Batches that may be under way at once. */
  readonly width: number;
  run(items: readonly PackItem[]): Promise<BatchAnswer>;
  close(): Promise<void>;
}

/** What came of a batch. */
export interface BatchAnswer {
  /** Gives the results in order; to be called once, when they are used. */
  results(): readonly ItemResult[];
  /** Says that the records are no longer needed: their memory is used again. */
  release(): void;
}

/** Batches that each worker has at hand, so that it never waits for the next one. */
const BATCHES_EACH = 2;

/**
 * Worker threads for preparing images; in this thread when `workers` is 0, when there is nothing to prepare
 * (pass-through only copies), or when the worker's program does not lie beside this one (a bundle of it).
 */
export function openImagePool(workers: number, settings: ItemSettings): ImagePool {
  const program = new URL("./image-worker.cjs", import.meta.url);
  if (workers === 0 || settings.recipe.passThrough || !existsSync(program)) return inThisThread(settings);
  return new WorkerPool(program, workers, settings);
}

function inThisThread(settings: ItemSettings): ImagePool {
  const { lane, passThrough } = settings.recipe;
  const turbo = lane === "auto" && !passThrough ? TurboLane.create() : undefined;
  const arenas: RecordArena[] = [];
  return {
    width: BATCHES_EACH,
    run: async (items) => {
      const arena = arenas.pop() ?? new RecordArena();
      const results = await workThrough(items, settings, turbo, arena);
      return {
        results: () => results,
        release: () => {
          arena.reset();
          arenas.push(arena);
        },
      };
    },
    close: async () => undefined,
  };
}

interface Answer {
  readonly number: number;
  readonly outcome?: BatchOutcome;
  readonly error?: { readonly message: string; readonly stack?: string };
}

interface Waiting {
  readonly worker: Worker;
  readonly resolve: (answer: BatchAnswer) => void;
  readonly reject: (error: unknown) => void;
}

class WorkerPool implements ImagePool {
  readonly width: number;
  readonly #workers = new Map<Worker, number>();
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #closing = false;
  #failure: Error | undefined;

  constructor(program: URL, workers: number, settings: ItemSettings) {
    this.width = workers * BATCHES_EACH;
    for (let i = 0; i < workers; i++) {
      // No stdout of its own, and a small heap: pixels live outside it.
      const worker = new Worker(fileURLToPath(program), {
        workerData: settings,
        resourceLimits: { maxYoungGenerationSizeMb: 16 },
      });
      this.#workers.set(worker, 0);
      worker.on("message", (answer: Answer) => this.#answer(worker, answer));
      worker.on("error", (error) => this.#lost(worker, error));
      worker.on("exit", (code) => {
        if (!this.#closing) this.#lost(worker, new RecordIOError(`A worker thread ended with code ${code}.`));
      });
    }
  }

  run(items: readonly PackItem[]): Promise<BatchAnswer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const [worker, load] = [...this.#workers].reduce((best, next) => (next[1] < best[1] ? next : best));
    this.#workers.set(worker, load + 1);
    const number = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { worker, resolve, reject });
      worker.postMessage({ number, items });
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#workers.keys()].map((worker) => worker.terminate()));
  }

  #answer(worker: Worker, answer: Answer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    this.#workers.set(worker, this.#workers.get(worker)! - 1);
    if (answer.error !== undefined) {
      waiting?.reject(
        new RecordIOError(`Preparing images failed: ${answer.error.stack ?? answer.error.message}`),
      );
    } else {
      const outcome = answer.outcome!;
      // The memory came with the message, and goes with it.
      waiting?.resolve({ results: () => unflatten(outcome), release: () => undefined });
    }
  }

  #lost(worker: Worker, error: Error): void {
    this.#failure ??= new RecordIOError(`A worker thread was lost: ${error.message}`, { cause: error });
    for (const [number, waiting] of this.#waiting) {
      if (waiting.worker !== worker) continue;
      this.#waiting.delete(number);
      waiting.reject(this.#failure);
    }
  }
}
