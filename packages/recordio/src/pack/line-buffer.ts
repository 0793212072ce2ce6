/** Room for lines at the start, in bytes. */
const FIRST_BYTES = 64 * 1024;

/** Digits of the largest exact number. */
const MAX_DIGITS = 16;

/**
 * Lines on their way to a file, as the bytes that they will be there. Lines put together as strings take as much time
 * as reading the image that they tell of, most of it to collect the pieces again.
 */
export class LineBuffer {
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #spare: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;
  readonly #digits = new Uint8Array(MAX_DIGITS);

  /** Bytes gathered. */
  get length(): number {
    return this.#length;
  }

  /** Adds text as UTF-8. */
  text(text: string): void {
    // At most three bytes for each unit of UTF-16.
    this.#makeRoom(text.length * 3);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) {
        this.#length += bytes.write(text, this.#length);
        return;
      }
      bytes[at++] = unit;
    }
    this.#length = at;
  }

  /** Adds a number as JavaScript writes it. */
  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      this.text(String(value));
      return;
    }
    this.#makeRoom(MAX_DIGITS);
    const digits = this.#digits;
    let first = MAX_DIGITS;
    let rest = value;
    do {
      const next = Math.floor(rest / 10);
      digits[--first] = rest - next * 10 + 0x30;
      rest = next;
    } while (rest > 0);
    for (let at = first; at < MAX_DIGITS; at++) this.#bytes[this.#length++] = digits[at]!;
  }

  /** Hands over what was gathered; good until the next call. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    [this.#bytes, this.#spare] = [this.#spare, this.#bytes];
    this.#length = 0;
    return taken;
  }

  #makeRoom(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow((this.#length + length) * 2);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
