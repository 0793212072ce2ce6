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
  #offset = 0;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

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
    // One buffer is with the reader, unless nothing has been taken yet.
    return this.#frames.length - (this.#filled - this.#taken) - (this.#taken > 0 ? 1 : 0) <= 0;
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
    this.#wakeUp();
  }

  /** No more bytes come; with the error that ended them, if one did. */
  end(error: Error | undefined): void {
    this.#failure ??= error;
    this.#ended = true;
    this.#wakeUp();
  }

  /** The next frame, or undefined at the end. It is valid until the next call. */
  async next(): Promise<Uint8Array | undefined> {
    while (this.#filled === this.#taken) {
      if (this.#failure) throw this.#failure;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#frames[this.#taken++ % this.#frames.length]!;
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
