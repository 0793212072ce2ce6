import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { IMAGENET_INPUT } from "../image/image-input.js";
import { HostCrashedError, ModelError } from "../shared/errors.js";
import { type HostPool, startHostPool } from "./host-pool.js";

// A host whose "pictures" are orders: 1 answers at once, 2 answers after 50 ms, 9 ends the process.
const STUB = `
process.on("message", async (message) => {
  if (message.kind === "setup") {
    process.send(message.setup.modelPath === "bad" ? { kind: "setup-failed", message: "no model" } : { kind: "ready" });
    return;
  }
  const orders = message.items.map(({ image }) => image[0]);
  if (orders.includes(9)) process.exit(3);
  if (orders.includes(2)) await new Promise((resolve) => setTimeout(resolve, 50));
  const results = message.items.map(({ image }) => ({ kind: "values", values: Float32Array.of(image[1], orders.length) }));
  process.send({ kind: "results", batch: message.batch, results });
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
  await pool?.close();
  pool = undefined;
});

const setup = { modelPath: "good", input: IMAGENET_INPUT, stack: true, maxPixels: 1 };

async function start(hosts = 1, maxBatch = 4): Promise<HostPool> {
  pool = await startHostPool({ setup, hosts, maxBatch, script });
  return pool;
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

  it("hands over together what waits while a host is busy", async () => {
    await start();
    const answers = await Promise.all([run(2), run(1), run(1), run(1)]);
    expect(answers.map(([, size]) => size)).toEqual([1, 3, 3, 3]);
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
