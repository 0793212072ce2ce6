import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { startDeadline } from "./deadline.js";
import { RequestError } from "./request-error.js";
import { streamAnswers } from "./stream-answers.js";

/** A response whose reader takes nothing until it is told to. */
class SlowResponse extends EventEmitter {
  headersSent = false;
  destroyed = false;
  writableNeedDrain = false;
  readonly written: string[] = [];
  readonly #full: boolean;

  constructor(full: boolean) {
    super();
    this.#full = full;
  }

  writeHead(): void {
    this.headersSent = true;
  }

  write(text: string, done?: () => void): boolean {
    this.written.push(text);
    this.writableNeedDrain = this.#full;
    done?.();
    return !this.#full;
  }

  end(): void {
    this.written.push("end");
  }

  take(): void {
    this.writableNeedDrain = false;
    this.emit("drain");
  }
}

function start(full: boolean, answers: AsyncIterable<string>, type = "application/jsonlines" as const) {
  const response = new SlowResponse(full);
  const outer = new AbortController();
  const deadline = startDeadline(outer.signal, 60_000);
  const done = streamAnswers(response as unknown as ServerResponse, type, answers, deadline).finally(() =>
    deadline.release(),
  );
  return { response, outer, done };
}

/** Answers of which each tells when it is asked for. */
function counted(count: number): {
  asked: () => number;
  answers: AsyncGenerator<string>;
  when: (n: number) => Promise<void>;
} {
  let asked = 0;
  const waiting = new Map<number, () => void>();
  const made = async function* () {
    while (asked < count) {
      asked += 1;
      waiting.get(asked)?.();
      yield String(asked);
    }
  };
  return {
    asked: () => asked,
    answers: made(),
    when: (n) => new Promise((resolve) => (asked >= n ? resolve() : waiting.set(n, resolve))),
  };
}

describe("streamAnswers", () => {
  it("asks for the next answer only when the caller has taken the one before", async () => {
    const { asked, answers, when } = counted(3);
    const { response, done } = start(true, answers);
    for (const n of [1, 2, 3]) {
      await when(n);
      while (!response.writableNeedDrain) await new Promise(setImmediate);
      expect(asked()).toBe(n);
      response.take();
    }
    await done;
    expect(response.written).toEqual(["1\n", "2\n", "3\n", "end"]);
  });

  it("stops waiting when the caller leaves, and makes no further answer", async () => {
    const { asked, answers, when } = counted(3);
    const { response, outer, done } = start(true, answers);
    await when(1);
    outer.abort(new Error("gone"));
    await expect(done).rejects.toThrow();
    expect(asked()).toBe(1);
    expect(response.listenerCount("drain")).toBe(0);
  });

  it("throws an error before the first answer and writes nothing", async () => {
    const failing: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new RequestError(400, "UnreadableImage", "Record 0: no")),
      }),
    };
    const { response, done } = start(false, failing);
    await expect(done).rejects.toThrow("Record 0: no");
    expect(response.written).toEqual([]);
  });

  it("ends JSON lines with the error that came between, and does not end the answer", async () => {
    const failing = (async function* () {
      yield "1";
      throw new RequestError(400, "UnreadableImage", "Record 1: no");
    })();
    const { response, done } = start(false, failing);
    await expect(done).rejects.toThrow("Record 1: no");
    expect(response.written).toEqual([
      "1\n",
      '{"error":{"code":"UnreadableImage","message":"Record 1: no"}}\n',
    ]);
  });
});
