import type { FileHandle } from "node:fs/promises";
import { CorruptRecordError } from "../errors.js";
import { type RawRecord, RecordParser } from "../format/record-parser.js";
import { openForReading, READ_CHUNK_BYTES, type RecordSource, withFifoRelease } from "./record-source.js";

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
  const parser = new RecordParser(
    options.maxRecordBytes === undefined ? {} : { maxRecordBytes: options.maxRecordBytes },
  );
  const state: ResyncState = { lost: false, options };
  if (typeof source === "string" || source instanceof URL) {
    yield* readFileRecords(source, parser, state);
  } else {
    yield* readChunkRecords(chunksOf(source), parser, state);
  }
  finish(parser, state);
}

interface ResyncState {
  lost: boolean;
  readonly options: ReadOptions;
}

async function* readChunkRecords(
  chunks: AsyncIterable<Uint8Array>,
  parser: RecordParser,
  state: ResyncState,
): AsyncGenerator<RawRecord, void, undefined> {
  const { signal } = state.options;
  signal?.throwIfAborted();
  for await (const chunk of abortable(chunks, signal)) {
    parser.push(chunk);
    let record = nextRecord(parser, state);
    while (record !== undefined) {
      yield record;
      signal?.throwIfAborted();
      record = nextRecord(parser, state);
    }
  }
}

async function* readFileRecords(
  path: string | URL,
  parser: RecordParser,
  state: ResyncState,
): AsyncGenerator<RawRecord, void, undefined> {
  const { signal } = state.options;
  const file = await openForReading(path, signal);
  try {
    const isFifo = (await file.stat()).isFIFO();
    while (await readMore(file, path, isFifo, parser, signal)) {
      let record = nextRecord(parser, state);
      while (record !== undefined) {
        yield record;
        signal?.throwIfAborted();
        record = nextRecord(parser, state);
      }
    }
  } finally {
    await file.close();
  }
}

/** Reads the next slab behind the bytes that are left of the last one; a new slab each time, so views stay good. */
async function readMore(
  file: FileHandle,
  path: string | URL,
  isFifo: boolean,
  parser: RecordParser,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  signal?.throwIfAborted();
  // Grown by doubling, never at once to what a length field says: that may be corrupt.
  const wanted = Math.min(parser.wanted, parser.pending * 2);
  const rest = parser.takePending();
  const slab = Buffer.allocUnsafeSlow(Math.max(READ_CHUNK_BYTES, wanted + READ_CHUNK_BYTES));
  slab.set(rest, 0);
  const read = () => file.read(slab, rest.length, slab.length - rest.length, null);
  const { bytesRead } =
    isFifo && signal !== undefined ? await withFifoRelease(path, signal, read) : await read();
  signal?.throwIfAborted();
  parser.push(slab.subarray(0, rest.length + bytesRead));
  return bytesRead > 0;
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

async function* chunksOf(
  source: Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (source instanceof Uint8Array) {
    yield source;
    return;
  }
  for await (const chunk of source as AsyncIterable<Uint8Array>) yield chunk;
}

/** Ends an iteration when the signal does, even while the next chunk never comes. */
async function* abortable(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
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
