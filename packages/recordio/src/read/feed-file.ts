import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { RecordParser } from "../format/record-parser.js";
import { openForReading, withFifoRelease } from "./record-source.js";

/** Bytes read at once: large enough that system calls cost little, small enough to stay in a processor's cache. */
const CHUNK_BYTES = 512 * 1024;

/** Room in front of what is read, for the beginning of a record that the chunk before ends with. */
const HEADROOM_BYTES = 256 * 1024;

/** Chunks after which timers and sockets get their turn: a few milliseconds of reading. */
const CHUNKS_A_TURN = 16;

/** A read that takes longer comes from a slow disk or a network: from there on this thread does not wait for it. */
const SLOW_READ_MS = 5;

/**
 * Reads a file and pushes it into a parser; each step says that the parser has got more.
 *
 * What lies in the system's cache is read synchronously: handing each read to another thread takes as long again.
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
    const read = (await file.stat()).isFIFO() ? fifoReader(file, path, signal) : fileReader(file);
    let slab = makeSlab();
    let spare: Buffer | undefined;
    for (let turn = 1; ; turn++) {
      const start = HEADROOM_BYTES - carryRest(parser, slab);
      const reading = read(slab);
      const length = typeof reading === "number" ? reading : await reading;
      signal?.throwIfAborted();
      parser.push(slab.subarray(start, HEADROOM_BYTES + length));
      if (length === 0) return;
      yield;
      if (turn % CHUNKS_A_TURN === 0) await setImmediate();
      if (options.reuseMemory !== true) slab = makeSlab();
      // The parser still looks at the beginning of a record longer than the headroom.
      else if (parser.pending > HEADROOM_BYTES) [slab, spare] = [spare ?? makeSlab(), slab];
    }
  } finally {
    await file.close();
  }
}

/** Reads the next chunk behind the headroom of a slab; a promise only where it may take long. */
type ReadChunk = (slab: Buffer) => number | Promise<number>;

function fileReader(file: FileHandle): ReadChunk {
  let isSlow = false;
  return (slab) => {
    if (isSlow) return readLater(file, slab);
    const started = performance.now();
    const length = readSync(file.fd, slab, HEADROOM_BYTES, CHUNK_BYTES, null);
    isSlow = performance.now() - started > SLOW_READ_MS;
    return length;
  };
}

function fifoReader(file: FileHandle, path: string | URL, signal: AbortSignal | undefined): ReadChunk {
  return (slab) =>
    signal === undefined ? readLater(file, slab) : withFifoRelease(path, signal, () => readLater(file, slab));
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
