import { describe, expect, it } from "vitest";
import { shareTimer, type TimerHost } from "./compiler-timers.js";

/** A host like tslab's: one timer, run by hand. */
function oneTimerHost() {
  let pending: (() => void) | undefined;
  const host: TimerHost = {
    setTimeout(callback) {
      if (pending !== undefined) throw new Error("Unexpected pending rebuildTimer");
      const mine = () => {
        callback();
        pending = undefined;
      };
      pending = mine;
      return mine;
    },
    clearTimeout(timer) {
      if (timer !== pending) throw new Error("clearing unexpected timer");
      pending = undefined;
    },
  };
  return { host, run: () => pending?.(), isPending: () => pending !== undefined };
}

describe("shareTimer", () => {
  it("lets a second timer wait beside the first, and runs both in order", () => {
    const { host, run, isPending } = oneTimerHost();
    shareTimer(host);
    const ran: string[] = [];
    host.setTimeout?.(() => ran.push("look again"), 250);
    host.setTimeout?.(() => ran.push("rebuild"), 250);
    run();
    expect(ran).toEqual(["look again", "rebuild"]);
    expect(isPending()).toBe(false);
  });

  it("runs in the same turn what a callback sets", () => {
    const { host, run, isPending } = oneTimerHost();
    shareTimer(host);
    const ran: string[] = [];
    host.setTimeout?.(() => host.setTimeout?.(() => ran.push("rebuild"), 250), 250);
    run();
    expect(ran).toEqual(["rebuild"]);
    expect(isPending()).toBe(false);
  });

  it("gives the host's timer back when all are cleared, and takes it again", () => {
    const { host, run, isPending } = oneTimerHost();
    shareTimer(host);
    const ran: string[] = [];
    const one = host.setTimeout?.(() => ran.push("one"), 250);
    const two = host.setTimeout?.(() => ran.push("two"), 250);
    host.clearTimeout?.(one);
    expect(isPending()).toBe(true);
    host.clearTimeout?.(two);
    expect(isPending()).toBe(false);
    host.setTimeout?.(() => ran.push("three"), 250);
    run();
    expect(ran).toEqual(["three"]);
  });
});
