import { expect, test } from "vitest";
import type { Message, Queue } from "./queue.js";
import { type Outcome, UnusableMessageError, type WorkQueueOptions, workQueue } from "./work-queue.js";

/** Works on one message of a queue in memory, then stops; tells what was asked of the queue. */
async function workOnOne(
  work: WorkQueueOptions["work"],
  more: { readonly stops?: AbortSignal; readonly onHide?: () => Promise<void> } = {},
) {
  const asked: string[] = [];
  const outcomes: Outcome[] = [];
  const stopping = new AbortController();
  const messages: Message[] = [{ id: "m1", body: "order", receipt: "r1" }];
  const queue: Queue = {
    receive: async () => messages.shift(),
    hide: async (_message, seconds) => {
      asked.push(`hide ${seconds}`);
      await more.onHide?.();
    },
    remove: async () => void asked.push("remove"),
    putAside: async (_message, reason) => void asked.push(`put aside: ${reason}`),
    close: () => undefined,
  };
  await workQueue({
    queue,
    work,
    visibilitySeconds: 60,
    heartbeatMs: 1,
    stopping: stopping.signal,
    stops: more.stops ?? new AbortController().signal,
    ended: (_message, outcome) => {
      outcomes.push(outcome);
      stopping.abort();
    },
  });
  return { asked: [...new Set(asked)], outcomes };
}

const untilAborted = (_message: Message, signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

test("a message is kept hidden while it is at work, and removed behind it", async () => {
  let hidden: (() => void) | undefined;
  const wasHidden = new Promise<void>((resolve) => {
    hidden = resolve;
  });
  const work = async () => {
    await wasHidden;
    return "done" as const;
  };
  const { asked, outcomes } = await workOnOne(work, { onHide: async () => hidden!() });
  expect(asked).toEqual(["hide 60", "remove"]);
  expect(outcomes).toEqual(["done"]);
});

test("work that fails gives its message back for later, work that cannot be done puts it aside", async () => {
  const failed = await workOnOne(() => Promise.reject(new Error("disk full")));
  expect(failed).toEqual({ asked: ["hide 30"], outcomes: ["failed"] });
  const refused = await workOnOne(() => Promise.reject(new UnusableMessageError("no video")));
  expect(refused).toEqual({ asked: ["put aside: no video"], outcomes: ["refused"] });
});

test("a worker that must stop aborts the work and gives the message back at once", async () => {
  const stops = new AbortController();
  const work = (message: Message, signal: AbortSignal) => {
    const working = untilAborted(message, signal);
    stops.abort(new Error("stop"));
    return working;
  };
  const { asked, outcomes } = await workOnOne(work, { stops: stops.signal });
  expect(asked.at(-1)).toBe("hide 0");
  expect(outcomes).toEqual(["returned"]);
});

test("a message that cannot be kept hidden is dropped: another worker may have it", async () => {
  const onHide = () => Promise.reject(new Error("receipt is gone"));
  const { asked, outcomes } = await workOnOne(untilAborted, { onHide });
  expect(asked).toEqual(["hide 60"]);
  expect(outcomes).toEqual(["failed"]);
});
