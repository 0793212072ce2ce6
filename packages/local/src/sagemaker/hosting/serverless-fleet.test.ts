import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Cloud } from "../../cloud.js";
import type { ContainerOptions } from "../../containers/container.js";
import { ServerlessFleet } from "./serverless-fleet.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sightline-serverless-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Containers that are servers of this process; `running` is how many there are. */
function startContainers() {
  const state = { running: 0, started: 0 };
  const start = async ({ env }: ContainerOptions) => {
    const server = http.createServer((_request, response) => response.end());
    server.listen(Number(env.SAGEMAKER_BIND_TO_PORT), "127.0.0.1");
    state.running++;
    state.started++;
    let end = (): void => undefined;
    const exited = new Promise((resolve) => {
      end = () => resolve({ code: 0, signal: null });
    });
    const stop = async () => {
      if (server.listening) state.running--;
      server.close();
      server.closeAllConnections();
      end();
      return exited;
    };
    return { pid: -1, exited, stop };
  };
  return { state, start };
}

const open = (MaxConcurrency: number, timeScale: number) => {
  const { state, start } = startContainers();
  const cloud = {
    containers: { start },
    logs: { open: () => ({ write: () => undefined, close: () => undefined }) },
    timeScale,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    closing: new AbortController().signal,
  } as unknown as Cloud;
  const fleet = new ServerlessFleet({
    cloud,
    variant: { VariantName: "v", ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency } },
    model: { request: { PrimaryContainer: { Image: "i" } } } as never,
    desired: 0,
    weight: 1,
    folder: path.join(folder, "fleet"),
    logGroup: "g",
  });
  return { state, fleet };
};

test("a container is started for a request, kept for the next, and given up when nobody comes", async () => {
  // Five minutes are 30 ms.
  const { state, fleet } = open(1, 1e-4);
  const first = await fleet.take(60_000);
  await expect(fleet.take(60_000)).rejects.toMatchObject({ code: "ThrottlingException", status: 429 });
  first.release("answered");
  await vi.waitFor(() => expect(state.running).toBe(0), 30_000);
  const second = await fleet.take(60_000);
  expect(second.instance).not.toBe(first.instance);
  expect(state).toEqual({ running: 1, started: 2 });
  await fleet.stopNow();
  expect(state.running).toBe(0);
});

test("the next request gets the container that has become idle", async () => {
  const { state, fleet } = open(2, 1);
  const first = await fleet.take(60_000);
  first.release("answered");
  const second = await fleet.take(60_000);
  expect(second.instance).toBe(first.instance);
  expect(state.started).toBe(1);
  expect(fleet.healthy).toHaveLength(1);
  second.release("answered");
  await fleet.drainAndStop();
  expect(state.running).toBe(0);
});

test("one that does not start in time is not ready, and holds no place", async () => {
  const { fleet } = open(1, 1);
  await expect(fleet.take(0)).rejects.toMatchObject({ code: "ModelNotReadyException", status: 429 });
  (await fleet.take(60_000)).release("answered");
  await fleet.stopNow();
});
