import { describe, expect, it } from "vitest";
import { ExecutionQueue } from "./execution-queue.js";
import { StreamBuffer } from "./stream-buffer.js";

describe("StreamBuffer", () => {
  it("joins what is printed within a moment, in order, and keeps the streams apart", async () => {
    const sent: string[] = [];
    const buffer = new StreamBuffer<string>((name, text) => sent.push(`${name}:${text}`));
    buffer.write("stdout", "first;", "cell"); // Flushes at once: nothing was sent for long.
    for (const text of ["a", "b", "c"]) buffer.write("stdout", text, "cell");
    buffer.write("stderr", "d", "cell");
    buffer.write("stdout", "e", "cell");
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(sent).toEqual(["stdout:first;", "stdout:abc", "stderr:d", "stdout:e"]);
  });

  it("flushes large text without waiting", () => {
    const sent: string[] = [];
    const buffer = new StreamBuffer<string>((_, text) => sent.push(text));
    buffer.write("stdout", "x", "cell");
    buffer.write("stdout", "y".repeat(70_000), "cell");
    expect(sent.join("")).toHaveLength(70_001);
  });
});

describe("ExecutionQueue", () => {
  it("runs one at a time, and an error aborts what waits but not what is sent later", async () => {
    const queue = new ExecutionQueue();
    const done: string[] = [];
    const add = (name: string, sentAt: number, failedAt?: number) =>
      new Promise<void>((resolve) => {
        const end = (text: string) => {
          done.push(text);
          resolve();
        };
        queue.add({
          sentAt,
          abort: () => end(`${name} aborted`),
          run: async () => {
            await new Promise((next) => setTimeout(next, 5));
            end(`${name} ran`);
            return failedAt;
          },
        });
      });
    const now = Date.now();
    await Promise.all([add("a", now), add("b", now, now + 1), add("c", now)]);
    await Promise.all([add("straggler", now), add("next", now + 2)]);
    expect(done).toEqual(["a ran", "b ran", "c aborted", "straggler aborted", "next ran"]);
  });
});
