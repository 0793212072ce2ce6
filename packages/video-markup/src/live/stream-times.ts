/** A jump forward of more than this is a break in the stream, not a pause of the camera. */
const greatestGapSeconds = 10;

/**
 * Makes times that only grow out of a stream's own: they begin at zero, frames without a time follow at the
 * frame rate, and after a clock that jumps (a camera that starts again, a wrapped counter) they go on one frame
 * later.
 */
export class StreamTimes {
  readonly #step: number;
  #offset: number | undefined;
  #last: number | undefined;

  /** @param framesPerSecond used where the stream does not tell */
  constructor(framesPerSecond: number) {
    this.#step = 1 / framesPerSecond;
  }

  /** Seconds since the first frame. */
  next(streamSeconds: number | undefined): number {
    if (this.#last === undefined) {
      this.#offset = streamSeconds;
      this.#last = 0;
      return 0;
    }
    const following = this.#last + this.#step;
    if (streamSeconds !== undefined) this.#offset ??= streamSeconds - following;
    const time = streamSeconds === undefined ? following : streamSeconds - this.#offset!;
    const jumped = time <= this.#last || time > this.#last + greatestGapSeconds;
    this.#last = jumped ? following : time;
    if (jumped && streamSeconds !== undefined) this.#offset = streamSeconds - following;
    return this.#last;
  }
}
