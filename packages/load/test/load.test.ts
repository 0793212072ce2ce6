import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runLoadTest } from "@sightline/load";
import { type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import {
  containerImage,
  createSession,
  deployEndpoint,
  ensureBucket,
  packModel,
  uploadModel,
} from "@sightline/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const files = ["load_failures.csv", "load_stats.csv", "load_stats_history.csv", "report.html", "result.json"];
let folder: string;
let local: LocalSageMaker;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sl-load-"));
  const images = { stub: { serve: [process.execPath, at("support/stub-serve.mjs")] } };
  local = await startLocalSageMaker({ stateDir: join(folder, "state"), images });
  const { region, url: endpointUrl, credentials } = local;
  const session = await createSession({ region, endpointUrl, credentials, bucket: "load" });
  await ensureBucket(session);
  const { path } = await packModel({
    output: join(folder, "model.tar.gz"),
    manifest: { schemaVersion: 1, task: "video-markup", model: "model.onnx" },
    files: { "model.onnx": Buffer.from("stub") },
  });
  const model = await uploadModel(session, path, undefined, { image: containerImage("stub:1") });
  await deployEndpoint(session, {
    name: "stub",
    model,
    instance: { type: "ml.m5.large", count: 2 },
    firstDelayMs: 20,
    mostDelayMs: 200,
  });
  session.close();
});
afterAll(async () => {
  await local.close();
  await rm(folder, { recursive: true, force: true });
});

function sightlineLoad(args: readonly string[], onProgress: (kill: () => void) => void = () => {}) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [at("../bin/sightline-load.js"), ...args], {
      env: { ...process.env, ...local.env },
    });
    const told = { stdout: "", stderr: "" };
    child.stdout.on("data", (data) => {
      told.stdout += data;
    });
    child.stderr.on("data", (data) => {
      told.stderr += data;
      onProgress(() => child.kill("SIGINT"));
    });
    child.once("error", reject).once("close", (code) => resolve({ code, ...told }));
  });
}

test("an endpoint's signed requests are answered, and its own metrics count as many", async () => {
  const out = join(folder, "endpoint");
  await writeFile(join(folder, "body.txt"), "a picture");
  const { code, stdout, stderr } = await sightlineLoad([
    ..."endpoint:stub --users 2,4 --seconds 1 --think 0.01-0.02 --workers 2 --json".split(" "),
    ...["--body", join(folder, "body.txt"), "--out", out],
  ]);
  expect(code, stderr).toBe(0);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ ending: "done", total: { failures: 0 }, failures: [] });
  expect(result.total.requests).toBeGreaterThan(10);
  expect(result.steps.map(({ asked, instances }: never) => [asked, instances])).toEqual([
    [{ users: 2, seconds: 1 }, 2],
    [{ users: 4, seconds: 1 }, 2],
  ]);
  const perInstance = result.endpoint.invocationsPerInstance.map(([, count]: [number, number]) => count);
  const told = perInstance.reduce((sum: number, count: number) => sum + count, 0);
  expect(told * 2).toBe(result.total.requests);
  expect((await readdir(out)).sort()).toEqual(files);
  const html = await readFile(join(out, "report.html"), "utf8");
  expect(html.match(/<svg /g)).toHaveLength(6);
  expect(html).not.toContain("<script");
});

test("a target that fails ends the test, with a report and an exit status of its own", async () => {
  const out = join(folder, "failing");
  await writeFile(join(folder, "fail.txt"), "fail");
  const { code, stdout } = await sightlineLoad([
    ..."endpoint:stub --users 4 --seconds 600 --think 0.01".split(" "),
    ...["--body", join(folder, "fail.txt"), "--out", out],
  ]);
  expect(code).toBe(3);
  expect(stdout).toContain("HTTP 424 ModelError");
  const csv = await readFile(join(out, "load_failures.csv"), "utf8");
  expect(csv).toMatch(/^POST,\/endpoints\/stub\/invocations,HTTP 424 ModelError,\d+\r$/m);
});

test("a cancelled test leaves a whole report of what was done", async () => {
  const out = join(folder, "cancelled");
  const args = `${local.url}/ --rate 40 --seconds 600 --max-errors 1 --out ${out}`.split(" ");
  const { code, stderr } = await sightlineLoad(args, (kill) => kill());
  expect(code, stderr).toBe(130);
  expect((await readdir(out)).sort()).toEqual(files);
  const result = JSON.parse(await readFile(join(out, "result.json"), "utf8"));
  expect(result).toMatchObject({ ending: "aborted", steps: [{ asked: { ratePerSecond: 40 } }] });
});

test("sends no more requests than allowed, each body in turn, and the server saw exactly these", async () => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(`${request.headers["x-api-key"]} ${await new Response(request as never).text()}`);
    response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const target = {
    url: `http://127.0.0.1:${port}/classify?x=1`,
    headers: { "x-api-key": "key" },
    bodies: ["a", "b"].map((text) => ({ data: Buffer.from(text) })),
  };
  // More threads than users: those without one must not keep the test, nor the others' requests, for themselves.
  const steps = [{ users: 1, seconds: 600 }];
  const work = runLoadTest(target, { steps, thinkSeconds: [0, 0], maxRequests: 50, workers: 2 });
  const kinds = new Set<string>();
  for await (const event of work) kinds.add(event.kind);
  const result = await work;
  server.close();
  expect(kinds).toEqual(new Set(["step", "second"]));
  expect(result).toMatchObject({ ending: "max-requests", total: { requests: 50, failures: 0 } });
  expect(result.target).toMatchObject({ method: "POST", name: "/classify" });
  expect(bodies.filter((body) => body === "key a")).toHaveLength(25);
  expect(bodies.filter((body) => body === "key b")).toHaveLength(25);
});
