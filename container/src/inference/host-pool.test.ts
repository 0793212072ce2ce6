import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { IMAGENET_INPUT } from "../image/image-input.js";
import { HostCrashedError, ModelError, OutOfMemoryError } from "../shared/errors.js";
import { type HostPool, startHostPool } from "./host-pool.js";
import { MemoryBudget } from "./memory-budget.js";

/** Looks again and again until something is so; the test's own time limit ends a wait for ever. */
async function waitUntil(look: () => boolean): Promise<void> {
  while (!look()) await new Promise((resolve) => setTimeout(resolve, 5));
}

// A host whose "pictures" are orders: 1 answers at once, 2 answers after 50 ms, 6 when there is a file, 7 never,
// 9 ends the process.
const STUB = `
import { existsSync } from "node:fs";
process.on("message", async (message) => {
  if (message.kind === "setup") {
    const fixedBatch = message.setup.modelPath === "of four" ? 4 : 1;
    process.send(message.setup.modelPath === "bad" ? { kind: "setup-failed", message: "no model" } : { kind: "ready", rssBytes: 1000, fixedBatch });
    setInterval(() => process.send({ kind: "beat" }), 1000);
    return;
  }
  const orders = message.items.map(({ image }) => image[0]);
  if (orders.includes(9)) process.exit(3);
  if (orders.includes(7)) return;
  while (orders.includes(6) && !existsSync(process.env.STUB_GATE)) await new Promise((resolve) => setTimeout(resolve, 5));
  if (orders.includes(2)) await new Promise((resolve) => setTimeout(resolve, 50));
  const results = message.items.map(({ image }) => ({ kind: "values", values: Float32Array.of(image[1], orders.length) }));
  process.send({ kind: "results", results });
});
process.on("disconnect", () => process.exit());
`;

let folder: string;
let script: URL;
let pool: HostPool | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
  script = pathToFileURL(join(folder, "stub.mjs"));
  await writeFile(script, STUB);
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  vi.unstubAllEnvs();
  await pool?.close();
  pool = undefined;
});

const setup = { modelPath: "good", input: IMAGENET_INPUT, stack: true, maxPixels: 1 };

async function start(
  hosts = 1,
  options: Partial<Parameters<typeof startHostPool>[0]> = {},
): Promise<HostPool> {
  pool = await startHostPool({ setup, hosts, maxBatch: 4, script, ...options });
  return pool;
}

/** The first bytes of a GIF of so many pixels, which is all that the pool looks at, behind an order and a tag. */
function gif(width: number): Uint8Array {
  const bytes = Buffer.from("GIF89a\0\0\x01\0");
  bytes.writeUInt16LE(width, 6);
  return bytes;
}

async function run(order: number, tag = 0, signal?: AbortSignal): Promise<number[]> {
  const result = await pool!.run({ image: Uint8Array.of(order, tag) }, signal);
  return result.kind === "values" ? [...result.values] : [];
}

describe("startHostPool", () => {
  it("gives every caller the answer to its own picture, however they are put together", async () => {
    await start(2);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => run(1, i)));
    expect(answers.map(([tag]) => tag)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(Math.max(...answers.map(([, size]) => size!))).toBeLessThanOrEqual(4);
    expect(pool!.pending).toBe(0);
  });

  it("hands over together what waits while a host is busy, where the model takes so many at once", async () => {
    await start(1, { setup: { ...setup, modelPath: "of four" } });
    const answers = await Promise.all([run(2), run(1), run(1), run(1)]);
    expect(answers.map(([, size]) => size)).toEqual([1, 3, 3, 3]);
  });

  it("hands pictures over one by one while they take long, lest the first of them wait for the last", async () => {
    await start();
    const answers = await Promise.all([run(2), run(1), run(1), run(1)]);
    expect(answers.map(([, size]) => size)).toEqual([1, 1, 1, 1]);
  });

  it("gives up on a picture that ends two hosts, and answers the others", async () => {
    await start();
    const others = [run(2, 1), run(1, 2)];
    const poison = run(9);
    const late = run(1, 4);
    await expect(poison).rejects.toThrow(HostCrashedError);
    expect((await Promise.all([...others, late])).map(([tag]) => tag)).toEqual([1, 2, 4]);
    expect((await run(1, 5))[0]).toBe(5);
  });

  it("kills a host that hangs beating, gives up on the picture that hangs two, and answers the others", async () => {
    const crashes: string[] = [];
    await start(1, { answerMs: 200, onCrash: (message) => crashes.push(message) });
    const others = [run(1, 1), run(1, 2)];
    const poison = run(7);
    await expect(poison).rejects.toThrow(/2 inference hosts in a row failed .* said nothing for 0.2 s/);
    expect((await Promise.all(others)).map(([tag]) => tag)).toEqual([1, 2]);
    expect(crashes).toHaveLength(2);
    expect((await run(1, 5))[0]).toBe(5);
  });

  /** Kills or stops the one host while it works, again and again. */
  async function harm(times: number, signal: "SIGKILL" | "SIGSTOP"): Promise<void> {
    for (let harmed: number | undefined, i = 0; i < times; i++) {
      await waitUntil(() => pool!.ready === 1 && pool!.pids[0] !== harmed);
      harmed = pool!.pids[0];
      process.kill(harmed!, signal);
    }
  }

  it("answers a picture all the same when four hosts are killed from outside at it", async () => {
    vi.stubEnv("STUB_GATE", join(folder, "gate-1"));
    await start();
    const answer = run(6, 3);
    await harm(4, "SIGKILL");
    await writeFile(join(folder, "gate-1"), "");
    expect(await answer).toEqual([3, 1]);
  });

  it.runIf(process.platform === "linux")(
    "answers a picture all the same when two hosts are stopped from outside at it",
    async () => {
      vi.stubEnv("STUB_GATE", join(folder, "gate-2"));
      await start(1, { answerMs: 1000 });
      const answer = run(6, 3);
      await harm(2, "SIGSTOP");
      await writeFile(join(folder, "gate-2"), "");
      expect(await answer).toEqual([3, 1]);
    },
  );

  it("gives up on a picture when a fifth host is killed at it", async () => {
    vi.stubEnv("STUB_GATE", join(folder, "gate-3"));
    await start();
    const refused = expect(run(6)).rejects.toThrow(/5 inference hosts in a row failed .* ended by SIGKILL/);
    await harm(5, "SIGKILL");
    await refused;
  });

  it("puts together only what its memory holds, and refuses what it never will", async () => {
    const memory = new MemoryBudget(1000 * 2 ** 20);
    await start(1, { memory, setup: { ...setup, modelPath: "of four", maxPixels: 2 ** 30 } });
    const others = memory.lease();
    others.mustGrow(memory.freeBytes - 6_000_000);
    // 500 pixels in one row of a GIF take 2.505 MB and a few bytes for the copies: two at once fit into 6 MB, three do not.
    const answers = await Promise.all([500, 500, 500].map((width) => pool!.run({ image: gif(width) })));
    expect(answers.map((answer) => (answer.kind === "values" ? answer.values[1] : 0))).toEqual([1, 2, 2]);
    await expect(pool!.run({ image: gif(1300) })).rejects.toThrow(OutOfMemoryError);
    others.release();
    expect((await pool!.run({ image: gif(1300) })).kind).toBe("values");
    await pool!.close();
    expect(memory.freeBytes).toBe(memory.totalBytes);
  });

  it("forgets a picture whose caller has left, and takes no listener along", async () => {
    await start();
    const leave = new AbortController();
    const busy = run(2);
    const left = run(1, 1, leave.signal);
    leave.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    expect(pool!.pending).toBe(1);
    await busy;
    await expect(run(1, 1, AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
  });

  it("rejects with the host's reason when the model cannot be loaded", async () => {
    const start = startHostPool({ setup: { ...setup, modelPath: "bad" }, hosts: 2, script });
    await expect(start).rejects.toThrow(ModelError);
  });

  it("rejects with the signal's reason when that ends the wait", async () => {
    const stop = new AbortController();
    const start = startHostPool({ setup, hosts: 1, script }, stop.signal);
    stop.abort(new Error("stopped"));
    await expect(start).rejects.toThrow("stopped");
  });

  it("rejects what is waiting when it is closed, and ends its processes", async () => {
    await start();
    const pids = pool!.pids;
    const work = [run(2), run(1)];
    const settled = Promise.allSettled(work);
    await pool!.close();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});
