import { type LongWork, longWork, type Tell } from "@sightline/foundation/long-work";
import { checkInteger } from "../checks/numbers.js";
import type { Session } from "../session.js";
import { createStopController } from "../wait/stop-controller.js";
import { classifyImage } from "./classify-image.js";
import type { Endpoint } from "./endpoint.js";
import type { InvokeOptions } from "./invoke-endpoint.js";

/** How many pictures are classified. */
export interface ClassifyImagesOptions extends Omit<InvokeOptions, "inferenceId"> {
  /** Requests at a time, 1 to 256. Default 8. */
  readonly concurrency?: number;
}

/** What happens while many pictures are classified. */
export interface ClassifyProgress {
  readonly kind: "progress";
  /** Pictures answered so far. */
  readonly done: number;
}

/**
 * Asks an image-classification endpoint about many pictures, several at a time. They are taken from the
 * source as they are needed, so a reader of records is never ahead by more than `concurrency`.
 *
 * @returns the probabilities of each picture, in the order of the source
 * @throws what classifyImage() throws, for the first picture that fails; the others are given up then
 * @example
 * const all = await classifyImages(session, endpoint, jpegs, { concurrency: 16 });
 */
export function classifyImages(
  session: Session,
  endpoint: Endpoint | string,
  images: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: ClassifyImagesOptions = {},
): LongWork<ClassifyProgress, number[][]> {
  return longWork((signal, tell) => classify(session, endpoint, images, options, signal, tell), {
    signal: options.signal,
    progress: ["progress"],
  });
}

async function classify(
  session: Session,
  endpoint: Endpoint | string,
  images: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: ClassifyImagesOptions,
  signal: AbortSignal,
  tell: Tell<ClassifyProgress>,
): Promise<number[][]> {
  const { concurrency = 8, ...invoke } = options;
  checkInteger("concurrency", concurrency, 1, 256);
  const source = Symbol.asyncIterator in images ? images[Symbol.asyncIterator]() : images[Symbol.iterator]();
  const results: number[][] = [];
  const stop = createStopController(signal);
  let next = 0;
  let done = 0;
  // An iterator is asked one thing at a time: each turn waits for the one before.
  let turn: Promise<unknown> = Promise.resolve();
  const take = () => {
    const taken = turn.then(async () => {
      stop.signal.throwIfAborted();
      const { value, done: ended } = await source.next();
      return ended ? undefined : { index: next++, image: value as Uint8Array };
    });
    turn = taken.catch(() => undefined); // Whoever took it hears of it.
    return taken;
  };
  const work = async () => {
    for (let taken = await take(); taken !== undefined; taken = await take()) {
      const { index, image } = taken;
      results[index] = await classifyImage(session, endpoint, image, { ...invoke, signal: stop.signal });
      done += 1;
      await tell({ kind: "progress", done });
    }
  };
  try {
    const workers = Array.from({ length: concurrency }, () =>
      work().catch((error: unknown) => {
        stop.abort(error);
      }),
    );
    await Promise.all(workers);
    stop.signal.throwIfAborted();
    return results;
  } finally {
    stop.release();
    await source.return?.();
  }
}
