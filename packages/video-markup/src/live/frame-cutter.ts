import type { Readable } from "node:stream";

/**
 * Cuts a stream of raw frames into frames, whose size may be known only after the stream was opened (`FrameReader`
 * must take the pipe over at once, and is faster). It reads ahead by a fixed number of frames and then pauses the
 * stream, so that memory stays bounded and ffmpeg waits; the frames' buffers are used again and again.
 */
export class FrameCutter {
  readonly #stream: Readable;
  readonly #byteLength: number;
  readonly #frames: Uint8Array[];
  /** Frames filled and frames taken since the start; the difference lies ready. */
  #filled = 0;
  #taken = 0;
  #offset = 0;
  /** Bytes that found no free frame. More than one piece only at the end: Node resumes a process's pipes when it exits. */
  #waiting: Uint8Array[] = [];
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /** @param ahead frames that may lie ready while another is being used */
  constructor(stream: Readable, byteLength: number, ahead = 1) {
    this.#stream = stream;
    this.#byteLength = byteLength;
    this.#frames = Array.from({ length: ahead + 1 }, () => new Uint8Array(byteLength));
    stream.on("data", (chunk: Uint8Array) => this.#take(chunk));
    stream.once("end", () => this.#end(undefined));
    stream.once("error", (error) => this.#end(error));
    stream.once("close", () => this.#end(undefined));
  }

  /** Bytes of an unfinished frame at the end of the stream. */
  get leftover(): number {
    return this.#offset;
  }

  /** The next frame, or undefined at the end. It is valid until the next call. */
  async next(): Promise<Uint8Array | undefined> {
    // The frame handed out before is free from here on.
    if (this.#waiting.length > 0) this.#resume();
    while (this.#filled === this.#taken) {
      if (this.#failure) throw this.#failure;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#frames[this.#taken++ % this.#frames.length]!;
  }

  #take(chunk: Uint8Array): void {
    if (this.#waiting.length > 0) this.#waiting.push(chunk);
    else this.#fill(chunk);
  }

  #fill(chunk: Uint8Array): void {
    let used = 0;
    while (used < chunk.length) {
      // One buffer is with the caller, unless nothing has been taken yet.
      const free = this.#frames.length - (this.#filled - this.#taken) - (this.#taken > 0 ? 1 : 0);
      if (free <= 0) {
        this.#waiting.unshift(chunk.subarray(used));
        this.#stream.pause();
        return;
      }
      const count = Math.min(this.#byteLength - this.#offset, chunk.length - used);
      const frame = this.#frames[this.#filled % this.#frames.length]!;
      frame.set(
        used === 0 && count === chunk.length ? chunk : chunk.subarray(used, used + count),
        this.#offset,
      );
      used += count;
      this.#offset += count;
      if (this.#offset === this.#byteLength) {
        this.#offset = 0;
        this.#filled++;
        this.#wakeUp();
      }
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
