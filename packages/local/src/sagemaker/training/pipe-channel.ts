import { execFile } from "node:child_process";
import { constants, openSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { InputFile } from "../jobs/s3-input.js";

const run = promisify(execFile);
/** Between looks whether the program has opened the pipe. */
const LOOK_MS = 20;
/** First word of a RecordIO record (dmlc/recordio.h). */
const RECORDIO_MAGIC = 0xced7230a;

/** A Pipe mode channel of one host. */
export interface PipeChannel {
  /** Folder that holds the pipes: `input/data`. */
  readonly folder: string;
  readonly name: string;
  /** What an epoch consists of, in order. */
  readonly files: readonly InputFile[];
  /** Whether each object becomes one RecordIO record. */
  readonly wrap: boolean;
}

/** Makes the pipe of the first epoch, which is there when the program starts. */
export async function makeFirstPipe(channel: PipeChannel): Promise<void> {
  await mkdir(channel.folder, { recursive: true });
  await makePipe(pipePath(channel, 0));
}

/**
 * Feeds a channel: each epoch has a pipe of its own, `NAME_0`, `NAME_1`..., which is written once when
 * the program opens it. The next one appears when the former has been read. Ends when `signal` is aborted.
 */
export async function feedPipes(channel: PipeChannel, signal: AbortSignal): Promise<void> {
  // What the job was given stays there for every epoch, also when somebody overwrites an object.
  const releases = channel.files.map(({ object }) => object.hold());
  try {
    for (let epoch = 0; !signal.aborted; epoch++) await feedEpoch(channel, epoch, signal);
  } finally {
    for (const release of releases) release();
  }
}

async function feedEpoch(channel: PipeChannel, epoch: number, signal: AbortSignal): Promise<void> {
  const file = pipePath(channel, epoch);
  const socket = await openWhenRead(file, signal);
  if (socket === undefined) return;
  // The next pipe is there before the end of this one can be seen.
  await makePipe(pipePath(channel, epoch + 1));
  try {
    await pipeline(Readable.from(epochBytes(channel)), socket, { signal });
  } catch (error) {
    // A program may stop reading in the middle of an epoch, and the job may end.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EPIPE" && code !== "ERR_STREAM_PREMATURE_CLOSE" && !signal.aborted) throw error;
  }
  await rm(file, { force: true });
}

function pipePath(channel: PipeChannel, epoch: number): string {
  return path.join(channel.folder, `${channel.name}_${epoch}`);
}

async function makePipe(file: string): Promise<void> {
  await run("mkfifo", [file]);
}

/**
 * Opens a pipe for writing as soon as somebody reads it. Without O_NONBLOCK the open would hold one of
 * node's few worker threads until then. Undefined when the job ended before.
 */
async function openWhenRead(file: string, signal: AbortSignal): Promise<net.Socket | undefined> {
  while (!signal.aborted) {
    try {
      const fd = openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
      return new net.Socket({ fd, readable: false, writable: true });
    } catch (error) {
      // ENXIO: nobody reads it yet.
      if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

async function* epochBytes({ files, wrap }: PipeChannel): AsyncGenerator<Uint8Array, void> {
  for (const { object } of files) {
    if (wrap) yield recordHeader(object.size);
    yield* object.read();
    const padding = (4 - (object.size % 4)) % 4;
    if (wrap && padding > 0) yield Buffer.alloc(padding);
  }
}

function recordHeader(size: number): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(RECORDIO_MAGIC, 0);
  header.writeUInt32LE(size, 4);
  return header;
}
