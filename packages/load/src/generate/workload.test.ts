import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sharedNow } from "../measure/clock.js";
import { percentileMs } from "../measure/tally.js";
import { Workload } from "./workload.js";

const server = createServer((request, response) => {
  if (request.url === "/hang") return;
  response.writeHead(request.url === "/full" ? 503 : 200).end("answer");
});
let origin: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const workload = (path: string, timeoutMs = 60_000) => {
  const requests = [{ method: "GET", path, headers: [], body: undefined }];
  const rest = { steps: [], thinkMs: [0, 0] as const, index: 0, count: 1, left: BigInt64Array.of(10n) };
  return new Workload({ origin, requests, timeoutMs, ...rest });
};
/** Sends one request that was due this long ago. */
async function sendOne(load: Workload, lateMs = 0) {
  const connection = load.connect();
  await new Promise<void>((resolve) => load.send(connection, sharedNow() - lateMs, resolve));
  load.close();
  return load.take()[0]![1];
}

test("latency counts from when a request was due, not from when it was sent", async () => {
  const tally = await sendOne(workload("/"), 5_000);
  expect(percentileMs(tally.latency, 50)).toBeGreaterThanOrEqual(4_995);
  expect(tally).toMatchObject({ requests: 1, failures: 0, late: 1, bytes: 6 });
});

test.each([
  ["a status of 400 and above", "/full", 60_000, "HTTP 503"],
  ["no answer in time", "/hang", 100, "no answer within 100 ms"],
])("%s is a failure, in words", async (_, path, timeoutMs, error) => {
  const { errors, failures } = await sendOne(workload(path, timeoutMs));
  expect(failures).toBe(1);
  expect([...errors.keys()]).toEqual([error]);
});

test("connections of detached requests are used again", async () => {
  const load = workload("/");
  const seen = new Set<unknown>();
  const note = (socket: unknown) => seen.add(socket);
  server.on("connection", note);
  for (let index = 0; index < 3; index++) {
    load.sendDetached(sharedNow());
    await expect.poll(() => load.underWay).toBe(0);
  }
  load.close();
  server.off("connection", note);
  expect(seen.size).toBe(1);
});

test("nothing begins behind the last request that is allowed, or behind the end", async () => {
  const load = workload("/");
  load.data.left[0] = 1n;
  load.sendDetached(sharedNow());
  load.sendDetached(sharedNow());
  expect([load.underWay, load.spent]).toEqual([1, true]);
  await expect.poll(() => load.underWay).toBe(0);
  load.data.left[0] = 5n;
  load.close();
  load.sendDetached(sharedNow());
  expect([load.underWay, load.spent]).toEqual([0, true]);
});

test("what is not answered whole when its time is over is a failure, and counted once", async () => {
  const load = workload("/hang");
  load.sendDetached(sharedNow());
  load.close("no whole answer within 60000 ms");
  load.close("again");
  const [, tally] = load.take()[0]!;
  expect([tally.requests, ...tally.errors]).toEqual([1, ["no whole answer within 60000 ms", 1]]);
  expect(load.underWay).toBe(0);
});
