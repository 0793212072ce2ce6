import { namedError } from "@sightline/foundation/named-error";
import type { Message, Queue } from "./queue.js";

/** A message that no other trial can help: it goes to the dead letters at once. */
export class UnusableMessageError extends namedError("UnusableMessageError", Error) {}

/** Another worker may have the message by now. */
export class MessageLostError extends namedError("MessageLostError", Error) {}

/** How one delivery of a message ended. */
export type Outcome =
  /** Its work is done. */
  | "done"
  /** It had been done before: a delivery came twice. */
  | "repeated"
  /** It was given back unfinished, because the worker stops. */
  | "returned"
  /** Its work failed and will be tried again, until the queue's own limit moves it to the dead letters. */
  | "failed"
  /** It went to the dead letters. */
  | "refused";

/** How a queue is worked on. */
export interface WorkQueueOptions {
  readonly queue: Queue;
  /** Does a message's work; tells whether it had been done before. */
  readonly work: (message: Message, signal: AbortSignal) => Promise<"done" | "repeated">;
  /** Seconds that a message stays hidden; renewed as long as it is at work. */
  readonly visibilitySeconds: number;
  /** Time between renewals, in milliseconds. Default a third of `visibilitySeconds`. */
  readonly heartbeatMs?: number;
  /** Stops taking messages. */
  readonly stopping: AbortSignal;
  /** Gives the message at work back. */
  readonly stops: AbortSignal;
  /** Told how each delivery ended. */
  readonly ended: (message: Message, outcome: Outcome, error?: unknown) => void;
}

/** Seconds before a message that failed comes again. */
const RETRY_SECONDS = 30;
/** Milliseconds before a queue that could not be asked is asked again. */
const QUEUE_RETRY_MS = 5_000;

/** Takes messages one after another until it is to stop; the one at work is then finished or given back. */
export async function workQueue(options: WorkQueueOptions): Promise<void> {
  const { queue, stopping, ended } = options;
  while (!stopping.aborted) {
    let message: Message | undefined;
    try {
      message = await queue.receive(stopping);
    } catch (error) {
      if (stopping.aborted) return;
      ended({ id: "none", body: "", receipt: "" }, "failed", error);
      await pause(QUEUE_RETRY_MS, stopping);
      continue;
    }
    if (message !== undefined) await workOn(message, options);
  }
}

async function workOn(message: Message, options: WorkQueueOptions): Promise<void> {
  const { queue, work, visibilitySeconds, stops, ended } = options;
  const lost = new AbortController();
  const beat = setInterval(
    () =>
      queue.hide(message, visibilitySeconds).catch((cause: unknown) => {
        lost.abort(
          new MessageLostError("The message could not be kept; another worker may have it.", { cause }),
        );
      }),
    options.heartbeatMs ?? (visibilitySeconds * 1000) / 3,
  );
  try {
    const outcome = await work(message, AbortSignal.any([lost.signal, stops]));
    clearInterval(beat);
    await queue.remove(message);
    ended(message, outcome);
  } catch (error) {
    clearInterval(beat);
    await leave(message, error, options).catch((cause: unknown) => ended(message, "failed", cause));
  }
}

/** What becomes of a message whose work did not succeed. */
async function leave(message: Message, error: unknown, options: WorkQueueOptions): Promise<void> {
  const { queue, stops, ended } = options;
  if (error instanceof UnusableMessageError) {
    await queue.putAside(message, error.message);
    ended(message, "refused", error);
  } else if (stops.aborted) {
    await queue.hide(message, 0);
    ended(message, "returned");
  } else if (error instanceof MessageLostError) ended(message, "failed", error);
  else {
    await queue.hide(message, RETRY_SECONDS);
    ended(message, "failed", error);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
