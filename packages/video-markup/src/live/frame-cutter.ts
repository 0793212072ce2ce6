import type { Readable } from "node:stream";
import { FrameRing } from "../media/frame-ring.js";

/**
 * Cuts a stream of raw frames into frames, whose size may be known only after the stream was opened (`FrameReader`
 * must take the pipe over at once, and is faster). It reads ahead by a fixed number of frames and then pauses the
 * stream, so that ffmpeg waits.
 */
export class FrameCutter {
  readonly #stream: Readable;
  #ring: FrameRing | undefined;
  /** Bytes that found no free frame. More than one piece only at the end: Node resumes a process's pipes when it exits. */
  #waiting: Uint8Array[] = [];
  #end: { readonly error: Error | undefined } | undefined;

  /** @param stream is listened to from now on: one that ends before the frames' size is known would lose its bytes */
  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on("data", (chunk: Uint8Array) => this.#take(chunk));
    const end = (error?: Error) => {
      this.#end ??= { error };
      this.#ring?.end(this.#end.error);
    };
    stream.once("end", () => end());
    stream.once("error", end);
    stream.once("close", () => end());
  }

  /** Tells the size of a frame in bytes, and how many may lie ready while another is being used. */
  start(byteLength: number, ahead: number): void {
    this.#ring = new FrameRing(byteLength, ahead);
    if (this.#end) this.#ring.end(this.#end.error);
  }

  /** The next frame, or undefined at the end. It is valid until the next call. */
  next(): Promise<Uint8Array | undefined> {
    this.#ring!.release();
    if (this.#waiting.length > 0) this.#resume();
    return this.#ring!.next();
  }

  /** Stops reading. A stream that nobody reads from would never end, and its process never count as ended. */
  close(): void {
    this.#stream.destroy();
  }

  #take(chunk: Uint8Array): void {
    if (this.#waiting.length > 0) this.#waiting.push(chunk);
    else this.#fill(chunk);
  }

  #fill(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (!this.#ring || this.#ring.isFull) {
        this.#waiting.unshift(rest);
        this.#stream.pause();
        return;
      }
      const { space } = this.#ring;
      const count = Math.min(space.length, rest.length);
      space.set(rest.subarray(0, count));
      this.#ring.advance(count);
      rest = rest.subarray(count);
    }
  }

  #resume(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const [n, chunk] of waiting.entries()) {
      this.#fill(chunk);
      if (this.#waiting.length > 0) {
        this.#waiting.push(...waiting.slice(n + 1));
        return;
      }
    }
    this.#stream.resume();
  }
}
