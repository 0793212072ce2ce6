import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, createReadStream, openSync, readFileSync } from "node:fs";
import { link, mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { CorruptRecordError } from "../errors.js";
import { frameRecord } from "../format/framing.js";
import { readIndexFile } from "../format/index-file.js";
import { readRawRecords } from "./read-raw-records.js";
import { readRecords } from "./read-records.js";
import { all, digestOf, expected, fixture } from "./test-fixtures.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-read-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function framedBytes(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + 8 + Math.ceil(length / 4) * 4, 0);
}

/** A signal that tells how many listeners it has got, and how many are still there. */
function watchedSignal(): { controller: AbortController; listeners: { added: number; left: number } } {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = { added: 0, left: 0 };
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners.added++;
    listeners.left++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners.left--;
    remove(...args);
  };
  return { controller, listeners };
}

/** There are none on Windows. */
const noFifos = process.platform === "win32";

describe("readRecords", () => {
  const path = fixture("images.rec");
  const wanted = expected.images.map(({ id }) => id);

  it.each([
    ["a path", () => path],
    ["a URL", () => pathToFileURL(fixture("images.rec"))],
    ["bytes", () => readFileSync(path)],
    ["a Node stream", () => createReadStream(path, { highWaterMark: 7 })],
    ["a web stream", () => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>],
  ])("reads %s", async (_, source) => {
    const records = await all(readRecords(source()));
    expect(records.map(({ header }) => header.id)).toEqual(wanted);
  });

  it.skipIf(noFifos)("reads a FIFO to its end, as Pipe mode feeds it", async () => {
    const fifo = join(folder, "train_0");
    execFileSync("mkfifo", [fifo]);
    const reading = all(readRecords(fifo, { signal: new AbortController().signal }));
    const writer = await open(fifo, "w");
    await writer.writeFile(readFileSync(path));
    await writer.close();
    expect((await reading).map(({ header }) => header.id)).toEqual(wanted);
  });

  it.skipIf(noFifos)("lets go of a FIFO that nobody writes when it is aborted", async () => {
    const fifo = join(folder, "train_1");
    execFileSync("mkfifo", [fifo]);
    const { controller, listeners } = watchedSignal();
    const reading = all(readRecords(fifo, { signal: controller.signal }));
    await vi.waitFor(() => expect(listeners).toEqual({ added: 1, left: 1 }));
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(listeners.left).toBe(0);
  });

  it.skipIf(noFifos)("lets go of as many FIFOs as there are threads to wait on them", async () => {
    // Node.js has four threads for files, where UV_THREADPOOL_SIZE says nothing else.
    const waits = [3, 4, 5, 6].map((epoch) => {
      const fifo = join(folder, `train_${epoch}`);
      execFileSync("mkfifo", [fifo]);
      const { controller, listeners } = watchedSignal();
      return { controller, listeners, reading: all(readRecords(fifo, { signal: controller.signal })) };
    });
    for (const { listeners } of waits) await vi.waitFor(() => expect(listeners.left).toBe(1));
    const reason = new Error("enough");
    for (const { controller } of waits) controller.abort(reason);
    await Promise.all(waits.map(({ reading }) => expect(reading).rejects.toBe(reason)));
  });

  it.skipIf(noFifos)("lets go of a FIFO whose writer is silent when it is aborted", async () => {
    const fifo = join(folder, "train_2");
    execFileSync("mkfifo", [fifo]);
    const writer = spawn("sh", ["-c", 'exec 3>"$0"; echo open; sleep 30', fifo]);
    try {
      const { controller, listeners } = watchedSignal();
      const reading = all(readRecords(fifo, { signal: controller.signal }));
      await once(writer.stdout, "data");
      // The first was there while it was opened.
      await vi.waitFor(() => expect(listeners).toEqual({ added: 2, left: 1 }));
      const reason = new Error("enough");
      controller.abort(reason);
      await expect(reading).rejects.toBe(reason);
    } finally {
      writer.kill();
    }
  });

  it.skipIf(noFifos)("lets go of a FIFO when it is aborted before that is waited for", async () => {
    const fifo = join(folder, "train_7");
    execFileSync("mkfifo", [fifo]);
    const controller = new AbortController();
    const reading = all(readRecords(fifo, { signal: controller.signal }));
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });

  it.skipIf(noFifos)("rejects with the reason when a FIFO that nobody writes is gone by then", async () => {
    const [fifo, other, file] = ["train_8", "other_8", "file_8"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const replaced of [false, true]) {
      execFileSync("mkfifo", [fifo]);
      await link(fifo, other);
      const { controller, listeners } = watchedSignal();
      const reading = all(readRecords(fifo, { signal: controller.signal }));
      await vi.waitFor(() => expect(listeners.left).toBe(1));
      if (replaced) {
        await writeFile(file, "abc");
        await rename(file, fifo);
      } else await rm(fifo);
      const reason = new Error("enough");
      controller.abort(reason);
      await expect(reading).rejects.toBe(reason);
      expect(listeners.left).toBe(0);
      // By its other name the thread that still waits for a writer gets one.
      closeSync(openSync(other, constants.O_RDWR | constants.O_NONBLOCK));
      await rm(other);
    }
    expect(await readFile(fifo, "utf8")).toBe("abc");
  });

  it.skipIf(process.platform !== "linux")(
    "lets go of a FIFO whose writer is silent when it is removed before the abort",
    async () => {
      const fifo = join(folder, "train_9");
      execFileSync("mkfifo", [fifo]);
      const { controller, listeners } = watchedSignal();
      const reading = all(readRecords(fifo, { signal: controller.signal }));
      const writer = await open(fifo, "w");
      try {
        await vi.waitFor(() => expect(listeners).toEqual({ added: 2, left: 1 }));
        await rm(fifo);
        const reason = new Error("enough");
        controller.abort(reason);
        await expect(reading).rejects.toBe(reason);
      } finally {
        await writer.close();
      }
    },
  );

  it("rejects with the reason when aborted before and while it waits, and leaves no listener", async () => {
    const reason = new Error("stop");
    await expect(all(readRecords(path, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    const { controller, listeners } = watchedSignal();
    const never = new ReadableStream<Uint8Array>();
    const reading = all(readRecords(never, { signal: controller.signal }));
    await vi.waitFor(() => expect(never.locked && listeners.left === 1).toBe(true));
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(listeners.left).toBe(0);
  });

  it("cancels its source when the loop is left", async () => {
    let cancelled = false;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(readFileSync(path)),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const _ of readRecords(source)) break;
    expect(cancelled).toBe(true);
  });

  it("goes on behind damage with resync, and tells where it was", async () => {
    const bytes = readFileSync(path);
    const index = await readIndexFile(fixture("images.idx"));
    const second = index[1]!.byteOffset;
    bytes[second] = 0;
    const offsets: number[] = [];
    const options = {
      onCorruptRecord: "resync" as const,
      onCorrupt: (e: CorruptRecordError) => offsets.push(e.byteOffset),
    };
    const damaged = join(folder, "damaged.rec");
    await writeFile(damaged, bytes);
    for (const source of [bytes, damaged]) {
      const records = await all(readRecords(source, options));
      expect(records.map(({ header }) => header.id)).toEqual(wanted.filter((_, at) => at !== 1));
    }
    expect(offsets).toEqual([second, second]);
    await expect(all(readRecords(bytes))).rejects.toMatchObject({ byteOffset: second });
  });

  it.each([
    ["memory kept, so that views stay good", {}, 0],
    ["memory used again", { reuseMemory: true }, 0],
    ["memory kept, read ahead of a slow disk", {}, 10],
    ["memory used again, read ahead of a slow disk", { reuseMemory: true }, 10],
  ])("joins records that lie across reads of a file: %s", async (_, options, readMs) => {
    let now = 0;
    // Each look at the clock is so much later: what takes long is read ahead.
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += readMs));
    // Shorter and longer than a read and than what is carried in front of the next one.
    const lengths = [10, 300_000, 200_000, 90_001, 1_700_000, 3, 262_144, 524_288, 262_136, 700_000, 1];
    const payloads = lengths.map((length, at) => Buffer.alloc(length, at + 1));
    const path = join(folder, "long.rec");
    await writeFile(path, Buffer.concat(payloads.map((payload) => frameRecord(payload))));
    const found: { payload: Uint8Array; digest: string; offset: number }[] = [];
    for await (const { payload, byteOffset } of readRawRecords(path, options)) {
      found.push({ payload, digest: digestOf(payload), offset: byteOffset });
    }
    clock.mockRestore();
    expect(found.map(({ digest }) => digest)).toEqual(payloads.map((payload) => digestOf(payload)));
    expect(found.at(-1)!.offset).toBe(framedBytes(lengths.slice(0, -1)));
    if (!("reuseMemory" in options)) {
      expect(found.map(({ payload }) => digestOf(payload))).toEqual(
        payloads.map((payload) => digestOf(payload)),
      );
    }
  });

  it("waits for the disk itself again when reads that were slow once have been read ahead for a while", async () => {
    const path = join(folder, "slow-once.rec");
    const records = 70;
    const record = frameRecord(Buffer.alloc(512 * 1024, 7));
    await writeFile(path, Buffer.concat(new Array<Uint8Array>(records).fill(record)));
    // The first read takes a second, none behind it any time at all; only reads that are waited for are timed.
    const clock = vi.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValue(1000);
    let found = 0;
    for await (const _ of readRawRecords(path, { reuseMemory: true })) found++;
    const looks = clock.mock.calls.length;
    clock.mockRestore();
    expect(found).toBe(records);
    expect(looks).toBeGreaterThan(4);
    expect(looks).toBeLessThan(records);
  });

  it("lets timers run while it reads a large file", async () => {
    const path = join(folder, "large.rec");
    const record = frameRecord(Buffer.alloc(100_000, 7));
    await writeFile(path, Buffer.concat(new Array<Uint8Array>(300).fill(record)));
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    for await (const _ of readRawRecords(path)) void _;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it("reads a Blob", async () => {
    const bytes = readFileSync(fixture("images.rec"));
    const records = await all(readRecords(new Blob([bytes])));
    expect(records).toHaveLength(expected.images.length);
  });

  it.each([
    ["the whole S3 answer", { Body: new Uint8Array(0) }, /its Body/],
    ["nothing", undefined, /a path, a URL/],
    ["a stream of text", Readable.from(["text"]), /yields a string/],
  ])("refuses %s as a source, and says what it takes", async (_, source, message) => {
    const reading = () => all(readRecords(source as unknown as Uint8Array));
    await expect(reading()).rejects.toThrow(message);
  });

  it("tells a truncated file", async () => {
    const bytes = readFileSync(path).subarray(0, -5);
    await expect(all(readRecords(bytes))).rejects.toThrow(/ends inside a record.*truncated/);
  });

  it("reads nothing from an empty file", async () => {
    expect(await all(readRecords(Buffer.alloc(0)))).toEqual([]);
  });
});
