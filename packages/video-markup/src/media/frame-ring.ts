interface Waiting {
  readonly resolve: (frame: Uint8Array | undefined) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Frames between a pipe that fills them and a reader that takes them: a fixed number of buffers, used again and
 * again, so that memory stays bounded.
 */
export class FrameRing {
  readonly #byteLength: number;
  readonly #frames: Uint8Array[];
  /** Frames filled and frames taken since the start; the difference lies ready. */
  #filled = 0;
  #taken = 0;
  /** The frame taken last is with the reader. */
  #inUse = false;
  #offset = 0;
  #end: { readonly error: Error | undefined } | undefined;
  #waiting: Waiting | undefined;

  /** @param ahead frames that may lie ready while another is being used */
  constructor(byteLength: number, ahead: number) {
    this.#byteLength = byteLength;
    this.#frames = Array.from({ length: ahead + 1 }, () => new Uint8Array(byteLength));
  }

  /** Bytes of an unfinished frame. */
  get leftover(): number {
    return this.#offset;
  }

  /** No frame is free: filling has to wait for the next `next`. */
  get isFull(): boolean {
    return this.#filled - this.#taken + (this.#inUse ? 1 : 0) >= this.#frames.length;
  }

  /** Where the next bytes go, to the end of their frame. */
  get space(): Uint8Array {
    return this.#frames[this.#filled % this.#frames.length]!.subarray(this.#offset);
  }

  /** So many bytes have been put into `space`. */
  advance(byteCount: number): void {
    this.#offset += byteCount;
    if (this.#offset < this.#byteLength) return;
    this.#offset = 0;
    this.#filled++;
    this.#handOver();
  }

  /** No more bytes come; with the error that ended them, if one did. */
  end(error: Error | undefined): void {
    this.#end = { error: this.#end?.error ?? error };
    this.#handOver();
  }

  /** The reader has done with the frame taken last: it may be filled again. */
  release(): void {
    this.#inUse = false;
  }

  /** The next frame, or undefined at the end. It is valid until `release` or the next call. */
  next(): Promise<Uint8Array | undefined> {
    this.release();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#handOver();
    });
  }

  /** At once, so that a reader that waits leaves its other frames free to be filled. */
  #handOver(): void {
    const waiting = this.#waiting;
    if (!waiting || (this.#filled === this.#taken && !this.#end)) return;
    this.#waiting = undefined;
    if (this.#filled > this.#taken) {
      this.#inUse = true;
      waiting.resolve(this.#frames[this.#taken++ % this.#frames.length]!);
    } else if (this.#end?.error) waiting.reject(this.#end.error);
    else waiting.resolve(undefined);
  }
}
