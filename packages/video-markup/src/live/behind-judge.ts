/** Seconds over which the least delay counts as none: clocks of cameras drift, by a millisecond a minute or so. */
const windowSeconds = 30;
/** However far behind, one frame in this many seconds is still taken. */
const leastEverySeconds = 1;

/**
 * Judges which frames of a live stream to leave out. A frame is late by how much longer ago it should have been
 * here than the promptest one of late; once one is later than the limit, all are left out until one had to be
 * waited for: then nothing is queued up any more.
 */
export class BehindJudge {
  readonly #limit: number;
  #windowStart = Number.NEGATIVE_INFINITY;
  #least = Number.POSITIVE_INFINITY;
  #leastBefore = Number.POSITIVE_INFINITY;
  #previous: number | undefined;
  #taken = Number.NEGATIVE_INFINITY;
  #catchingUp = false;
  /** Seconds that the last judged frame was late. */
  lateness = 0;

  /** @param maxLatencySeconds lateness from which frames are left out */
  constructor(maxLatencySeconds: number) {
    this.#limit = maxLatencySeconds;
  }

  /**
   * @param mediaSeconds the frame's own time
   * @param now when it arrived, in seconds of a steady clock
   * @param waitedSeconds how long it had to be waited for
   * @returns whether to leave it out
   */
  isBehind(mediaSeconds: number, now: number, waitedSeconds: number): boolean {
    const delay = now - mediaSeconds;
    if (now - this.#windowStart > windowSeconds) {
      this.#leastBefore = this.#least;
      this.#least = delay;
      this.#windowStart = now;
    }
    this.#least = Math.min(this.#least, delay);
    this.lateness = delay - Math.min(this.#least, this.#leastBefore);
    const step = mediaSeconds - (this.#previous ?? mediaSeconds);
    this.#previous = mediaSeconds;
    if (this.lateness > this.#limit) this.#catchingUp = true;
    if (this.lateness === 0 || (step > 0 && waitedSeconds > step / 2)) this.#catchingUp = false;
    if (this.#catchingUp && now - this.#taken < leastEverySeconds) return true;
    this.#taken = now;
    return false;
  }
}
