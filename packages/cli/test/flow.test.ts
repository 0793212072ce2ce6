import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import { drawPictures } from "@sightline/samples";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PolicyCommand, policyFor } from "../src/doctor/policies.js";
import { type Recorder, startRecorder } from "./support/recorder.js";

const program = fileURLToPath(new URL("../bin/sightline.js", import.meta.url));
let folder: string;
let local: LocalSageMaker;
let recorder: Recorder;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-flow-"));
  local = await startLocalSageMaker({ stateDir: join(folder, "state") });
  recorder = await startRecorder(local.url);
  await drawPictures({ folder: join(folder, "pictures"), classes: 3, perClass: 10, sidePixels: 32 });
});
afterAll(async () => {
  await recorder.close();
  await local.close();
  await rm(folder, { recursive: true, force: true });
});

function start(...args: string[]): ChildProcess {
  const env = { ...process.env, ...local.env, AWS_ENDPOINT_URL: recorder.url, SIGHTLINE_BUCKET: "pictures" };
  return spawn(process.execPath, [program, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = start(...args);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, "close"),
  ]);
  return { code: code as number, out, err };
}

async function succeed<T = unknown>(...args: string[]): Promise<T> {
  const { code, out, err } = await run(...args, "--json");
  if (code !== 0) throw new Error(`sightline ${args.join(" ")} ended with ${code}:\n${err}`);
  return JSON.parse(out) as T;
}

/** What was sent since the last look, and that command's policy does not allow. */
function beyond(command: PolicyCommand): string[] {
  const scope = { region: "us-east-1", account: "0", bucket: "pictures", role: "*" };
  const allowed = policyFor(command, scope).Statement.flatMap(({ Action }) => Action);
  return recorder.take().filter((action) => !allowed.includes(action));
}

test("pictures become a trained, deployed, asked and deleted model, within each command's printed policy", async () => {
  const packed = await run("pack", "pictures", "out/p", "--split", "stratified", "--resize", "32");
  expect(packed.err + packed.out).toContain("out/p_train.rec");
  const trained = await succeed<{ name: string; classes: string[] }>(
    ...["train", "out/p", "--name", "first", "--create-bucket", "--epochs", "2"],
  );
  expect(trained).toMatchObject({
    name: "first",
    status: "Completed",
    classes: ["arrow", "circle", "cross"],
  });
  expect(beyond("train")).toEqual([]);

  const log = await run("logs", "first");
  expect(log.out).toContain("Epoch[1]");
  expect(beyond("logs")).toEqual([]);

  const machines = ["--max", "2", "--invocations", "1000"];
  const deployed = await succeed("deploy", "drivers", "first", ...machines);
  expect(deployed).toMatchObject({ name: "drivers", action: "created" });
  expect(beyond("deploy")).toEqual([]);

  const [picture = ""] = (await readdir(join(folder, "pictures/circle"))).sort();
  const answer = await succeed<{ classes: { className: string; probability: number }[] }>(
    ...["invoke", "drivers", `pictures/circle/${picture}`],
  );
  expect(answer.classes.map(({ className }) => className).sort()).toEqual(["arrow", "circle", "cross"]);
  expect(answer.classes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 4);
  expect(beyond("invoke")).toEqual([]);

  const listed = await succeed<object[]>(
    "list",
    "--kind",
    "endpoint,training-job,processing-job,transform-job,model",
  );
  expect(listed).toMatchObject([
    {
      kind: "endpoint",
      name: "drivers",
      status: "InService",
      fleets: [{ instanceType: "ml.m5.xlarge", instances: 1 }],
    },
    { kind: "training-job", name: "first", status: "Completed", fleets: [] },
    { kind: "model" },
  ]);
  expect(beyond("list")).toEqual([]);

  const url = await serve(join(folder, "pictures/circle", picture));
  const mixed = await run("invoke", "drivers", "pictures/arrow", url.url, join(folder, "out/p_train.lst"));
  await url.close();
  expect(mixed.code).toBe(1);
  expect(mixed.err).toContain("p_train.lst: ");
  expect(mixed.out.match(/^(pictures\/arrow\/.*|http:.*)$/gm)).toHaveLength(11);
  expect(mixed.out).toMatch(/^ {2}circle +[█▏▎▍▌▋▊▉]* +\d+\.\d %$/m);
  recorder.take();

  const examined = await run("doctor", "--json");
  expect(JSON.parse(examined.out)).toContainEqual({ check: "bucket", status: "ok", detail: "pictures" });
  recorder.take();

  const deletion = await succeed<{ deleted: { resource: string }[] }>("delete", "endpoint", "drivers");
  const gone = deletion.deleted.map(({ resource }) => resource).sort();
  expect(gone).toEqual(["autoscaling", "endpoint", "endpoint-config", "model"]);
  expect(await succeed("delete", "training-job", "first")).toMatchObject({ kept: [] });
  expect(beyond("delete")).toEqual([]);
  expect(await run("invoke", "drivers", `pictures/circle/${picture}`)).toMatchObject({ code: 1 });
});

test("Ctrl-C ends the waiting for a job, says that it goes on, and delete ends it", async () => {
  await run("pack", "pictures", "out/q", "--split", "stratified", "--resize", "32");
  const child = start("train", "out/q", "--name", "long", "--create-bucket", "--epochs", "100000");
  let err = "";
  await new Promise<void>((resolve) => {
    child.stderr!.setEncoding("utf8").on("data", (piece: string) => {
      err += piece;
      if (err.includes("InProgress")) resolve();
    });
    child.once("close", () => resolve());
  });
  const closed = once(child, "close");
  child.kill("SIGINT");
  expect((await closed)[0]).toBe(130);
  expect(err).toContain('long goes on; "sightline delete training-job long" ends it.');
  // A follower of the log ends with the job.
  const follower = run("logs", "long", "--follow");
  expect(await succeed("delete", "training-job", "long")).toMatchObject({
    deleted: [{ resource: "training-job", name: "long" }],
  });
  expect((await follower).code).toBeLessThanOrEqual(1);
  expect(await run("logs", "long")).toMatchObject({ code: 1 });
});

async function serve(path: string): Promise<{ url: string; close(): Promise<unknown> }> {
  const server = http.createServer((_, response) => {
    response.setHeader("content-type", "image/jpeg");
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/picture`;
  return { url, close: () => new Promise((resolve) => server.close(resolve)) };
}
