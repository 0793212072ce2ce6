import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { RecordParser } from "../format/record-parser.js";
import { openForReading, withFifoRelease } from "./record-source.js";

/** Bytes read at once: large enough that system calls cost little, small enough to stay in a processor's cache. */
const CHUNK_BYTES = 512 * 1024;

/**
 * Room in front of what is read, for the beginning of a record that the chunk before ends with; in bytes. Not whole
 * pages: where the kernel's copy (`rep movsb`) lands in the first 48 bytes of a page, an AMD EPYC with fsrm was measured
 * at 28 to 31 GB/s, elsewhere at 33 to 38. Memory that comes 16 bytes behind the start of a page would always be hit.
 */
const HEADROOM_BYTES = 256 * 1024 + 1024;

/** Chunks after which timers and sockets get their turn: a few milliseconds of reading. */
const CHUNKS_A_TURN = 16;

/** A read that takes longer comes from a slow disk or a network: this thread does not wait for those behind it. */
const SLOW_READ_MS = 5;

/** Reads after which one is waited for again: on a busy machine a read from the cache may take as long, once. */
const READS_AHEAD = 64;

/**
 * Reads a file and pushes it into a parser; each step says that the parser has got more.
 *
 * What lies in the system's cache is read synchronously: handing each read to another thread takes as long again. What
 * comes slowly is read ahead, while the chunk before is worked on.
 *
 * @param options `reuseMemory`: views of a chunk are good only until the next step
 * @throws `signal.reason` when aborted
 */
export async function* feedFile(
  path: string | URL,
  parser: RecordParser,
  options: { readonly reuseMemory?: boolean; readonly signal?: AbortSignal },
): AsyncGenerator<void> {
  const { signal } = options;
  const file = await openForReading(path, signal);
  try {
    const reader = (await file.stat()).isFIFO() ? fifoReader(file, path, signal) : fileReader(file);
    let slab = makeSlab();
    let spare: Buffer | undefined;
    /** What is read while the parser's user works on the chunk before. */
    let ahead: Promise<number> | undefined;
    for (let turn = 1; ; turn++) {
      const start = HEADROOM_BYTES - carryRest(parser, slab);
      const reading = ahead ?? reader.read(slab);
      const length = typeof reading === "number" ? reading : await reading;
      signal?.throwIfAborted();
      parser.push(slab.subarray(start, HEADROOM_BYTES + length));
      if (length === 0) return;
      const next = options.reuseMemory === true ? (spare ?? makeSlab()) : makeSlab();
      ahead = reader.readAhead(next);
      yield;
      if (turn % CHUNKS_A_TURN === 0) await setImmediate();
      // The parser still looks at the beginning of a record longer than the headroom.
      const isKept = options.reuseMemory === true && ahead === undefined && parser.pending <= HEADROOM_BYTES;
      if (isKept) spare = next;
      else [slab, spare] = [next, slab];
    }
  } finally {
    await file.close();
  }
}

/** Reads chunks behind the headroom of slabs. */
interface ChunkReader {
  /** Reads the next chunk; a promise only where it may take long. */
  readonly read: (slab: Buffer) => number | Promise<number>;
  /** Begins to read the next chunk early, where reads take so long that it is worth it. */
  readonly readAhead: (slab: Buffer) => Promise<number> | undefined;
}

function fileReader(file: FileHandle): ChunkReader {
  let early = 0;
  return {
    read: (slab) => {
      const started = performance.now();
      const length = readSync(file.fd, slab, HEADROOM_BYTES, CHUNK_BYTES, null);
      if (performance.now() - started > SLOW_READ_MS) early = READS_AHEAD;
      return length;
    },
    readAhead: (slab) => {
      if (early === 0) return undefined;
      early--;
      const length = readLater(file, slab);
      // Whoever awaits it meets its failure; where nobody does any more, it is of no interest.
      length.catch(() => undefined);
      return length;
    },
  };
}

function fifoReader(file: FileHandle, path: string | URL, signal: AbortSignal | undefined): ChunkReader {
  // Linux finds the very FIFO that is open, removed from its folder or not.
  const release = process.platform === "linux" ? `/proc/self/fd/${file.fd}` : path;
  return {
    read: (slab) =>
      signal === undefined
        ? readLater(file, slab)
        : withFifoRelease(release, signal, () => readLater(file, slab)),
    readAhead: () => undefined,
  };
}

async function readLater(file: FileHandle, slab: Buffer): Promise<number> {
  return (await file.read(slab, HEADROOM_BYTES, CHUNK_BYTES, null)).bytesRead;
}

function makeSlab(): Buffer {
  return Buffer.allocUnsafeSlow(HEADROOM_BYTES + CHUNK_BYTES);
}

/**
 * Moves the beginning of a record in front of its rest, where it is short; a longer one the parser joins.
 *
 * @returns how many bytes were moved
 */
function carryRest(parser: RecordParser, slab: Buffer): number {
  if (parser.pending > HEADROOM_BYTES) return 0;
  const rest = parser.takePending();
  slab.set(rest, HEADROOM_BYTES - rest.length);
  return rest.length;
}
