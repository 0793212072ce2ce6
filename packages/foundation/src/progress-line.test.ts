import { expect, it, vi } from "vitest";
import { clock, ProgressLine } from "./progress-line.js";

function target(isTTY: boolean) {
  let text = "";
  return {
    isTTY,
    columns: 50,
    write: (more: string) => {
      text += more;
    },
    take: () => {
      const taken = text;
      text = "";
      return taken;
    },
  };
}

it("draws over one line on a terminal, cut to its width, at most ten times a second", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const terminal = target(true);
    const line = new ProgressLine(terminal);
    line.show("5 of 10 images", 0.5);
    line.show("6 of 10 images", 0.6);
    expect(terminal.take()).toBe("\r\u001b[K[############............] 50 %  5 of 10 images");
    vi.advanceTimersByTime(150);
    line.show("7 of 10 images of a name that is very long", 0.7);
    expect(terminal.take()).toHaveLength("\r\u001b[K".length + 49);
    line.note("retried");
    expect(terminal.take()).toBe("\r\u001b[Kretried\n");
    line.clear();
    expect(terminal.take()).toBe("");
  } finally {
    vi.useRealTimers();
  }
});

it("writes a line now and then elsewhere", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const log = target(false);
    const line = new ProgressLine(log);
    line.show("1 of 10 images", 0.1);
    expect(log.take()).toBe("");
    vi.advanceTimersByTime(6000);
    line.show("4 of 10 images", 0.4);
    line.clear();
    expect(log.take()).toBe("40 %  4 of 10 images\n");
  } finally {
    vi.useRealTimers();
  }
});

it.each([
  [6.7, "7 s"],
  [123, "2:03"],
  [3723, "1:02:03"],
])("tells %d seconds as %s", (seconds, text) => {
  expect(clock(seconds)).toBe(text);
});
