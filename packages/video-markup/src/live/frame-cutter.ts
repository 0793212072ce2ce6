import type { Readable } from "node:stream";
import { FrameRing } from "../media/frame-ring.js";

/**
 * Cuts a stream of raw frames into frames, whose size may be known only after the stream was opened (`FrameReader`
 * must take the pipe over at once, and is faster). It reads ahead by a fixed number of frames and then pauses the
 * stream, so that ffmpeg waits.
 */
export class FrameCutter {
  readonly #stream: Readable;
  readonly #ring: FrameRing;
  /** Bytes that found no free frame. More than one piece only at the end: Node resumes a process's pipes when it exits. */
  #waiting: Uint8Array[] = [];

  /** @param ahead frames that may lie ready while another is being used */
  constructor(stream: Readable, byteLength: number, ahead = 1) {
    this.#stream = stream;
    this.#ring = new FrameRing(byteLength, ahead);
    stream.on("data", (chunk: Uint8Array) => this.#take(chunk));
    stream.once("end", () => this.#ring.end(undefined));
    stream.once("error", (error) => this.#ring.end(error));
    stream.once("close", () => this.#ring.end(undefined));
  }

  /** The next frame, or undefined at the end. It is valid until the next call. */
  next(): Promise<Uint8Array | undefined> {
    // The frame handed out before is free from here on.
    if (this.#waiting.length > 0) this.#resume();
    return this.#ring.next();
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
      if (this.#ring.isFull) {
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
