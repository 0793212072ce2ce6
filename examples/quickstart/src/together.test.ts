import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { together } from "./together.js";

const untilAborted = async (signal: AbortSignal) => {
  if (!signal.aborted) await once(signal, "abort");
  throw signal.reason;
};

describe("together", () => {
  it("gives both results, and has both under way at once", async () => {
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const both = together<[string, number]>(new AbortController().signal, [
      async () => begun.then(() => "a"),
      async () => {
        begin();
        return 1;
      },
    ]);
    expect(await both).toEqual(["a", 1]);
  });

  it("ends the others when one fails, waits for their end, and throws what failed first", async () => {
    let ended = false;
    const endsLate = async (signal: AbortSignal) => {
      await untilAborted(signal).catch(() => new Promise(setImmediate));
      ended = true;
    };
    const failing = async () => Promise.reject(new Error("no such video"));
    const both = together(new AbortController().signal, [endsLate, failing]);
    await expect(both).rejects.toThrow("no such video");
    expect(ended).toBe(true);
  });

  it("rejects with the signal's reason when aborted", async () => {
    const controller = new AbortController();
    const both = together(controller.signal, [untilAborted, untilAborted]);
    controller.abort(new Error("Ctrl-C"));
    await expect(both).rejects.toThrow("Ctrl-C");
  });
});
