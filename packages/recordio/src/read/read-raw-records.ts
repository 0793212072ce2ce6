import { CorruptRecordError } from "../errors.js";
import { type RawRecord, RecordParser } from "../format/record-parser.js";
import { feedFile } from "./feed-file.js";
import { chunksOf, type RecordSource } from "./record-source.js";

/** Options of the readers. */
export interface ReadOptions {
  /** Stops the reading; the iteration rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** Longest payload taken, in bytes. Default 2^29 - 1, the format's own limit. */
  readonly maxRecordBytes?: number;
  /**
   * What happens at a corrupt record. `"throw"` (default): CorruptRecordError. `"resync"`: go on at the next
   * place where a record can start, telling `onCorrupt` what was lost.
   */
  readonly onCorruptRecord?: "throw" | "resync";
  /**
   * Give images in memory that is used again: each is good only until the next record is asked for. Reads a file at
   * nearly the speed of `cat`. Default false: images stay good.
   */
  readonly reuseMemory?: boolean;
  /** With `"resync"`: called with each error, whose `byteOffset` says where. */
  readonly onCorrupt?: (error: CorruptRecordError) => void;
}

/**
 * Reads records as payloads, without looking into them.
 *
 * @param source a path, bytes, or a stream; see {@link RecordSource}
 * @throws CorruptRecordError with the byte offset; `signal.reason` when aborted
 */
export async function* readRawRecords(
  source: RecordSource,
  options: ReadOptions = {},
): AsyncGenerator<RawRecord, void, undefined> {
  for await (const batch of readRecordBatches(source, options)) {
    for (const record of batch) {
      yield record;
      options.signal?.throwIfAborted();
    }
  }
}

/**
 * The records of each chunk that is read, one batch after the other: a generator that yields every record through
 * several others spends more time on promises than on reading.
 *
 * An error is thrown when its record's turn has come: by taking the next item of the batch.
 */
export async function* readRecordBatches(
  source: RecordSource,
  options: ReadOptions = {},
): AsyncGenerator<Iterable<RawRecord>, void, undefined> {
  const { maxRecordBytes, signal } = options;
  signal?.throwIfAborted();
  const parser = new RecordParser(maxRecordBytes === undefined ? {} : { maxRecordBytes });
  const state: ResyncState = { lost: false, options };
  for await (const _ of feed(source, parser, options)) yield takeRecords(parser, state);
  finish(parser, state);
}

interface ResyncState {
  lost: boolean;
  readonly options: ReadOptions;
}

function* takeRecords(parser: RecordParser, state: ResyncState): Generator<RawRecord, void, undefined> {
  for (let record = nextRecord(parser, state); record !== undefined; record = nextRecord(parser, state)) {
    yield record;
  }
}

/** Pushes chunk after chunk; each step says that the parser has got more. */
function feed(source: RecordSource, parser: RecordParser, options: ReadOptions): AsyncIterable<void> {
  if (typeof source === "string" || source instanceof URL) return feedFile(source, parser, options);
  return feedChunks(abortable(chunksOf(source), options.signal), parser);
}

async function* feedChunks(chunks: AsyncIterable<Uint8Array>, parser: RecordParser): AsyncGenerator<void> {
  for await (const chunk of chunks) {
    parser.push(chunk);
    yield;
  }
}

function nextRecord(parser: RecordParser, state: ResyncState): RawRecord | undefined {
  while (true) {
    if (state.lost && !parser.resync()) return undefined;
    state.lost = false;
    try {
      return parser.next();
    } catch (error) {
      lose(error, state);
    }
  }
}

function finish(parser: RecordParser, state: ResyncState): void {
  if (state.lost) return;
  try {
    parser.end();
  } catch (error) {
    lose(error, state);
  }
}

function lose(error: unknown, state: ResyncState): void {
  if (!(error instanceof CorruptRecordError) || state.options.onCorruptRecord !== "resync") throw error;
  state.options.onCorrupt?.(error);
  state.lost = true;
}

/** Ends an iteration when the signal does, even while the next chunk never comes. */
async function* abortable<T>(
  chunks: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  if (signal === undefined) {
    yield* chunks;
    return;
  }
  const iterator = chunks[Symbol.asyncIterator]();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  // Without a listener of its own a rejection between two reads would be unhandled.
  aborted.catch(() => undefined);
  try {
    while (true) {
      const result = await Promise.race([iterator.next(), aborted]);
      if (result.done) return;
      yield result.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort!);
    // Not awaited: a source that never answers `next` would not answer this either.
    void iterator.return?.()?.then(undefined, () => undefined);
  }
}
