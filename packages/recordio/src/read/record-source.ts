import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { folderProblem, naming } from "../files/read-problem.js";

/**
 * Where records come from: a path (a file or a FIFO, as SageMaker's Pipe mode makes), bytes, or a stream of
 * bytes (a Node stream, a web stream, the body of an S3 answer, a Blob).
 */
export type RecordSource =
  | string
  | URL
  | Uint8Array
  | AsyncIterable<Uint8Array>
  | ReadableStream<Uint8Array>
  | Blob;

/**
 * The chunks of a source that is no path.
 *
 * @throws TypeError when it is none of those above, or yields something else than bytes
 */
export async function* chunksOf(
  source: Exclude<RecordSource, string | URL>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (source instanceof Uint8Array) {
    yield source;
    return;
  }
  for await (const chunk of streamOf(source)) {
    if (!(chunk instanceof Uint8Array)) {
      throw new TypeError(
        `The source yields a ${typeof chunk}, not bytes. Give the stream without an encoding, in binary mode.`,
      );
    }
    yield chunk;
  }
}

function streamOf(source: Exclude<RecordSource, string | URL | Uint8Array>): AsyncIterable<unknown> {
  const stream = source instanceof Blob ? source.stream() : source;
  if (isIterable(stream)) return stream;
  throw new TypeError(
    "A source of records is a path, a URL, a Uint8Array, a stream of bytes or a Blob; of an S3 answer, its Body.",
  );
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  if (typeof value !== "object" || value === null) return false;
  // An array of chunks is iterated over as well.
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

/**
 * Opens a path for reading in order. A FIFO waits for its writer; an abort ends that wait.
 *
 * @throws RecordIOError that names it, when it cannot be read
 */
export async function openForReading(
  path: string | URL,
  signal: AbortSignal | undefined,
): Promise<FileHandle> {
  signal?.throwIfAborted();
  const info = await naming(path, async () => await stat(path));
  if (info.isDirectory()) throw folderProblem(path);
  const isFifo = info.isFIFO();
  if (!isFifo || signal === undefined) return await naming(path, async () => await open(path, "r"));
  return await withFifoRelease(path, signal, async () => {
    const file = await open(path, "r");
    if (!signal.aborted) return file;
    // Nobody may be left to close it.
    await file.close();
    throw signal.reason;
  });
}

/**
 * Runs a call that may block on a FIFO; on abort opens the FIFO's other end, which wakes a thread waiting in open(2), and
 * writes a byte, the only thing that wakes one waiting in read(2) while a writer is there and silent.
 *
 * The other end stays open until the call is over: the thread may come to the FIFO only after the abort. It is opened on
 * this thread: calls that wait on FIFOs may hold all of the others. Where the FIFO is no longer to be found the thread
 * stays where it is.
 *
 * @throws `signal.reason` when it was aborted and there is nothing to wake the call with
 */
export async function withFifoRelease<T>(
  path: string | URL,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  let other: number | undefined;
  let onAbort = (): void => undefined;
  const lost = new Promise<never>((_, reject) => {
    onAbort = () => {
      try {
        other = openOtherEnd(path);
      } catch {
        // Whatever is wrong with the path now, it is the abort that the caller waits for.
        reject(signal.reason);
      }
    };
  });
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([call(), lost]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    if (other !== undefined) closeSync(other);
  }
}

/** @throws when there is no FIFO of this name, as after it was removed, or replaced by a file that nothing may be written to */
function openOtherEnd(path: string | URL): number {
  // O_RDWR on a FIFO never blocks on Linux and counts as a writer.
  const other = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    if (!fstatSync(other).isFIFO()) throw new Error(`${String(path)} is no FIFO any more`);
    // The reader throws away what it gets after an abort.
    writeSync(other, Buffer.alloc(1));
  } catch (error) {
    // A FIFO that is full has something to read.
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return other;
    closeSync(other);
    throw error;
  }
  return other;
}
