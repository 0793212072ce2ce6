import { sharedNow } from "../measure/clock.js";
import { countRequest, type Tally, tallyOf } from "../measure/tally.js";
import type { PreparedRequest } from "../target/target.js";
import { Connection } from "./connection.js";
import type { GeneratorData } from "./messages.js";

/** What a timer of Node.js is off by; what is later than this counts from when it was due. */
const TIMER_MS = 2;
/** Requests under way at once in a thread: a target that hangs shall not take this machine's memory and ports. */
const MOST_UNDER_WAY = 10_000;

/** Sends requests and counts what came of them; who sends when is decided by users and arrivals. */
export class Workload {
  readonly data: GeneratorData;
  /** Index of the step that lasts; behind the last one it is their number. */
  step = 0;
  /** Users that are in. */
  users = 0;
  #requests: readonly PreparedRequest[];
  #next: number;
  #isClosed = false;
  #byStep = new Map<number, Tally>();
  readonly #open = new Set<Connection>();
  readonly #idle: Connection[] = [];
  #underWay = 0;

  constructor(data: GeneratorData) {
    this.data = data;
    this.#requests = withBuffers(data.requests);
    this.#next = data.index % data.requests.length;
  }

  /** Requests that have begun and not ended. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Whether no more requests may begin. */
  get spent(): boolean {
    return this.#isClosed || Atomics.load(this.data.left, 0) <= 0n;
  }

  /** Goes on with requests that were signed anew. */
  renew(requests: readonly PreparedRequest[]): void {
    this.#requests = withBuffers(requests);
  }

  /** A connection of one's own. */
  connect(): Connection {
    const connection = new Connection(this.data.origin, this.data.timeoutMs);
    this.#open.add(connection);
    return connection;
  }

  disconnect(connection: Connection): void {
    this.#open.delete(connection);
    connection.close();
  }

  /**
   * Sends the next request, unless no more may begin.
   *
   * @param due when it should have begun: what the sender is late by is latency too
   */
  send(connection: Connection, due: number, ended: () => void): void {
    if (this.#isClosed || Atomics.sub(this.data.left, 0, 1n) <= 0n) {
      ended();
      return;
    }
    const step = this.step;
    const now = sharedNow();
    const lateMs = now - due;
    const started = lateMs > TIMER_MS ? due : now;
    const tally = this.#tally(step);
    if (lateMs > TIMER_MS) {
      tally.late += 1;
      tally.worstLateMs = Math.max(tally.worstLateMs, lateMs);
    }
    const request = this.#requests[this.#next]!;
    this.#next = (this.#next + 1) % this.#requests.length;
    this.#underWay += 1;
    connection.send(request, ({ bytes, error }) => {
      this.#underWay -= 1;
      const milliseconds = sharedNow() - started;
      countRequest(this.#tally(step), { milliseconds, bytes, error }, step === this.step);
      ended();
    });
  }

  /** Sends the next request over a connection that nobody uses; counts a failure where too many are under way. */
  sendDetached(due: number): void {
    if (this.#underWay >= MOST_UNDER_WAY) {
      const milliseconds = sharedNow() - due;
      const error = `not sent: ${MOST_UNDER_WAY} requests were under way`;
      countRequest(this.#tally(this.step), { milliseconds, bytes: 0, error }, false);
      return;
    }
    const connection = this.#idle.pop() ?? this.connect();
    this.send(connection, due, () => this.#idle.push(connection));
  }

  /** What was counted since the last time. */
  take(): readonly (readonly [number, Tally])[] {
    const taken = [...this.#byStep];
    this.#byStep = new Map();
    return taken;
  }

  /** Ends what is under way, and begins nothing more. @param why makes failures of what is under way */
  close(why?: string): void {
    this.#isClosed = true;
    for (const connection of this.#open) connection.close(why);
    this.#open.clear();
  }

  #tally(step: number): Tally {
    return tallyOf(this.#byStep, step);
  }
}

/** What comes from another thread is a plain array over shared memory; sockets take buffers without a copy. */
function withBuffers(requests: readonly PreparedRequest[]): readonly PreparedRequest[] {
  return requests.map(({ body, ...rest }) => ({
    ...rest,
    body: body === undefined ? undefined : Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  }));
}
