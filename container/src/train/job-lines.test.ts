import { afterEach, expect, it, vi } from "vitest";
import { loggedReading } from "./job-lines.js";

afterEach(() => {
  vi.useRealTimers();
});

it("tells every five seconds how far the reading of a channel is, and at the end how fast it was", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const lines: string[] = [];
  const found = await loggedReading(
    "Features of channel train",
    (line) => lines.push(line),
    async (onProgress) => {
      for (const done of [1, 2, 3]) {
        vi.advanceTimersByTime(4000);
        onProgress(done);
      }
      return 3;
    },
    (pictures) => [pictures, "7 values each"],
  );
  expect(found).toBe(3);
  expect(lines).toEqual([
    "Features of channel train: 2 pictures",
    "Features of channel train: 3 pictures, 7 values each, 12.00 s (0.3 samples/sec)",
  ]);
});
