import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { FrameRing } from "./frame-ring.js";

/**
 * Cuts a pipe of raw frames into frames. It reads ahead by a fixed number of frames and then pauses, so that ffmpeg
 * waits.
 *
 * The bytes are read straight into the frames. Through a stream's own buffers each would be copied once
 * more, and 22 buffers a 720p frame would keep the garbage collector busy: 1 ms of CPU time in all.
 */
export class FrameReader {
  readonly #pipe: Socket;
  readonly #ring: FrameRing;
  #paused = false;

  /**
   * @param stream an output of a child process, not read from yet
   * @param ahead frames that may lie ready while another is being used
   */
  constructor(stream: Readable, byteLength: number, ahead = 1) {
    const ring = new FrameRing(byteLength, ahead);
    this.#ring = ring;
    this.#pipe = takeOver(stream, {
      buffer: () => ring.space,
      callback: (count) => {
        ring.advance(count);
        this.#paused = ring.isFull;
        return !this.#paused;
      },
    });
    this.#pipe.once("end", () => ring.end(undefined));
    this.#pipe.once("error", (error) => ring.end(error));
    this.#pipe.once("close", () => {
      ring.end(undefined);
      // The child process counts as closed once its own streams are.
      stream.destroy();
    });
  }

  /** Bytes of an unfinished frame at the end of the stream. */
  get leftover(): number {
    return this.#ring.leftover;
  }

  /** The next frame, or undefined at the end. It is valid until the next call. */
  next(): Promise<Uint8Array | undefined> {
    this.#ring.release();
    if (this.#paused && !this.#ring.isFull) {
      this.#paused = false;
      this.#pipe.resume();
    }
    return this.#ring.next();
  }

  /** Stops reading and gives the pipe back, for an end before the stream's. */
  close(): void {
    this.#pipe.destroy();
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
