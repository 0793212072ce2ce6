/**
 * Milliseconds of work in a message, as far as is known: who comes next waits as long for a host that just began, and all pictures of a
 * message are answered together. Of 8 callers with pictures of 14 ms one request in a hundred took 115 ms where a message had eight, 90 so.
 */
const MESSAGE_MS = 20;
/** Where many wait, a host takes such a part of its share of them at once all the same: it hardly adds to how long they wait. */
const MESSAGE_OF_WAITING = 1 / 4;
/** Share that the last message has in what is known of the work of one picture. */
const NEWEST = 0.2;

/** How fast the hosts of a pool are, and so how many pictures one is given at once. */
export class Pace {
  /** Pictures that the model takes together whether they are there or not. */
  fixedBatch = 1;
  /** Milliseconds that a host takes for a picture; 0 before the first is done. */
  #pictureMs = 0;

  /** Told of every message: the milliseconds for each of its pictures. */
  took(ms: number): void {
    this.#pictureMs = this.#pictureMs === 0 ? ms : this.#pictureMs + NEWEST * (ms - this.#pictureMs);
  }

  /** @param waiting pictures for each host */
  picturesAtOnce(waiting: number): number {
    const timely = this.#pictureMs === 0 ? 1 : Math.floor(MESSAGE_MS / this.#pictureMs);
    return Math.max(1, timely, this.fixedBatch, Math.floor(waiting * MESSAGE_OF_WAITING));
  }
}
