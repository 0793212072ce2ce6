import { Socket } from "node:net";
import type { Readable } from "node:stream";

/**
 * Cuts a pipe of raw frames into frames. It reads ahead by a fixed number of frames and then pauses, so
 * that memory stays bounded and ffmpeg waits; the frames' buffers are used again and again.
 *
 * The bytes are read straight into the frames. Through a stream's own buffers each would be copied once
 * more, and 22 buffers a 720p frame would keep the garbage collector busy: 1 ms of CPU time in all.
 */
export class FrameReader {
  readonly #pipe: Socket;
  readonly #byteLength: number;
  readonly #frames: Uint8Array[];
  /** Frames filled and frames taken since the start; the difference lies ready. */
  #filled = 0;
  #taken = 0;
  #offset = 0;
  #paused = false;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /**
   * @param stream an output of a child process, not read from yet
   * @param ahead frames that may lie ready while another is being used
   */
  constructor(stream: Readable, byteLength: number, ahead = 1) {
    this.#byteLength = byteLength;
    this.#frames = Array.from({ length: ahead + 1 }, () => new Uint8Array(byteLength));
    this.#pipe = takeOver(stream, {
      buffer: () => this.#frames[this.#filled % this.#frames.length]!.subarray(this.#offset),
      callback: (count) => this.#take(count),
    });
    this.#pipe.once("end", () => this.#end(undefined));
    this.#pipe.once("error", (error) => this.#end(error));
    this.#pipe.once("close", () => {
      this.#end(undefined);
      // The child process counts as closed once its own streams are.
      stream.destroy();
    });
  }

  /** Bytes of an unfinished frame at the end of the stream. */
  get leftover(): number {
    return this.#offset;
  }

  /** The next frame, or undefined at the end. It is valid until the next call. */
  async next(): Promise<Uint8Array | undefined> {
    // The frame handed out before is free from here on.
    if (this.#paused) {
      this.#paused = false;
      this.#pipe.resume();
    }
    while (this.#filled === this.#taken) {
      if (this.#failure) throw this.#failure;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#frames[this.#taken++ % this.#frames.length]!;
  }

  /** Stops reading and gives the pipe back, for an end before the stream's. */
  close(): void {
    this.#pipe.destroy();
  }

  /** @returns whether reading goes on */
  #take(count: number): boolean {
    this.#offset += count;
    if (this.#offset < this.#byteLength) return true;
    this.#offset = 0;
    this.#filled++;
    this.#wakeUp();
    // One buffer is with the caller, unless nothing has been taken yet.
    const free = this.#frames.length - (this.#filled - this.#taken) - (this.#taken > 0 ? 1 : 0);
    this.#paused = free <= 0;
    return !this.#paused;
  }

  #end(error: Error | undefined): void {
    this.#failure ??= error;
    this.#ended = true;
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

interface OnRead {
  /** Where the next bytes go. */
  buffer(): Uint8Array;
  /** Told how many came; false pauses. */
  callback(byteCount: number): boolean;
}

/**
 * A pipe of a child process as a socket that reads into given buffers. `spawn` cannot make one itself, so
 * the handle changes hands; the child's own stream stays behind without one.
 */
function takeOver(stream: Readable, onread: OnRead): Socket {
  const owner = stream as Readable & { _handle: unknown };
  const handle = owner._handle;
  owner._handle = null;
  const options = { handle, readable: true, writable: false, onread };
  const pipe = new Socket(options as unknown as ConstructorParameters<typeof Socket>[0]);
  pipe.resume();
  return pipe;
}
