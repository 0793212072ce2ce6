import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { drawRoadVideo } from "@sightline/samples";
import { createSession, downloadFile, headObject, readObject, uploadFiles } from "@sightline/sdk";
import { probeVideo } from "@sightline/video-markup";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";

interface Started {
  readonly url: string;
  readonly bucket: string;
  readonly queues?: { readonly queue: string; readonly deadLetters: string };
  readonly env: Record<string, string>;
}

const upTo = { timeout: 120_000, interval: 50 };
let folder: string;
let temporary: string;
let program: ChildProcess;
let started: Started;
let said = "";
let video: string;

/** Starts the example as its README says. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-service-test-"));
  temporary = join(folder, "tmp");
  await mkdir(temporary);
  const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  program = spawn(process.execPath, [main, "--json", "--port", "0"], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
  });
  program.stderr!.on("data", (text) => {
    said += text;
  });
  const ended = once(program, "close");
  video = (
    await drawRoadVideo({ path: join(folder, "road.mp4"), seconds: 1, fps: 10, width: 320, height: 180 })
  ).path;
  const [line] = await Promise.race([
    once(createInterface({ input: program.stdout! }), "line"),
    ended.then(() => []),
  ]);
  if (typeof line !== "string") throw new Error(said);
  started = JSON.parse(line);
});

afterAll(async () => {
  if (program.exitCode === null && program.signalCode === null) {
    program.kill("SIGTERM");
    await once(program, "close");
  }
  await rm(folder, { recursive: true, force: true });
});

const metrics = async () => (await fetch(`${started.url}/metrics`)).text();
const send = (path: string, type: string, body: Buffer<ArrayBuffer>) =>
  fetch(`${started.url}${path}`, { method: "POST", headers: { "content-type": type }, body });
/** What requests have in the service's own folder. */
async function atWork(): Promise<string[]> {
  const own = (await readdir(temporary)).filter((name) => /^sightline-service-(?!demo)/.test(name));
  expect(own).toHaveLength(1);
  return readdir(join(temporary, own[0]!));
}

test("a red photo is red, and counted; the service says that it is ready", async () => {
  const photo = await sharp({ create: { width: 40, height: 40, channels: 3, background: "#e02010" } })
    .jpeg()
    .toBuffer();
  const answer = await send("/classify", "image/jpeg", Buffer.from(photo));
  const { predictions } = (await answer.json()) as {
    predictions: { className: string; probability: number }[];
  };
  expect(predictions[0]).toMatchObject({ className: "red" });
  expect(predictions[0]!.probability).toBeGreaterThan(0.9);
  await expect
    .poll(metrics, upTo)
    .toContain('sightline_http_requests_total{method="POST",route="/classify",status="200"} 1');
  expect((await fetch(`${started.url}/health/ready`)).status).toBe(200);
  expect((await send("/classify", "image/jpeg", Buffer.from(photo.subarray(0, 100)))).status).toBe(422);
});

test("a video comes back marked up, frame for frame, and nothing of it is left", async () => {
  const answer = await send("/mark-up", "video/mp4", Buffer.from(await readFile(video)));
  expect(answer.status, said).toBe(200);
  expect(Number(answer.headers.get("x-frames"))).toBe(10);
  expect(Number(answer.headers.get("x-detections"))).toBeGreaterThan(0);
  const marked = join(folder, "marked.mp4");
  const bytes = Buffer.from(await answer.arrayBuffer());
  await writeFile(marked, bytes);
  const { width, height, index } = await probeVideo(marked);
  expect([width, height, index.pts.length]).toEqual([320, 180, 10]);
  await expect.poll(atWork, upTo).toEqual([]);
});

test("a sender that leaves stops the mark-up: its seat is free and its folder gone", async () => {
  const long = await drawRoadVideo({ path: join(folder, "long.mp4"), seconds: 30, width: 320, height: 180 });
  const { size } = await stat(long.path);
  const before = Number(
    /sightline_body_bytes_total\{route="\/mark-up"\} (\d+)/.exec(await metrics())?.[1] ?? 0,
  );
  const request = http.request(`${started.url}/mark-up`, {
    method: "POST",
    headers: { "content-type": "video/mp4", "content-length": size },
  });
  const closed = once(request, "error");
  request.end(await readFile(long.path));
  // All of it is there, and the mark-up is under way.
  await expect.poll(metrics, upTo).toContain(`sightline_body_bytes_total{route="/mark-up"} ${before + size}`);
  request.destroy(new Error("left"));
  await closed;
  await expect.poll(metrics, upTo).toContain('method="POST",route="/mark-up",status="499"} 1');
  await expect.poll(metrics, upTo).toContain('sightline_work_in_progress{kind="video"} 0');
  expect(await atWork()).toEqual([]);
});

test("a queued video is marked up once however often its message comes; what is none goes to the dead letters", async ({
  skip,
}) => {
  const { queues, bucket, env } = started;
  if (queues === undefined) return skip(`MiniStack cannot be had: ${said.trim().split("\n")[1]}`);
  const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID!, secretAccessKey: env.AWS_SECRET_ACCESS_KEY! };
  const region = env.AWS_REGION!;
  const sqs = new SQSClient({ endpoint: env.AWS_ENDPOINT_URL!, credentials, region });
  const session = await createSession({ endpointUrl: env.AWS_ENDPOINT_URL!, credentials, region });
  await uploadFiles(session, video, `s3://${bucket}/in/road.mp4`);
  const output = `s3://${bucket}/out/road_output.mp4`;
  const order = JSON.stringify({ input: `s3://${bucket}/in/road.mp4`, output });
  const bad = ["{", JSON.stringify({ input: "s3://another-bucket/road.mp4", output })];
  for (const MessageBody of [order, order, ...bad]) {
    await sqs.send(new SendMessageCommand({ QueueUrl: queues.queue, MessageBody }));
  }
  await expect.poll(metrics, upTo).toContain('sightline_messages_total{outcome="refused"} 2');
  await expect.poll(metrics, upTo).toContain('sightline_messages_total{outcome="repeated"} 1');
  expect(await metrics()).toContain('sightline_messages_total{outcome="done"} 1');
  const marked = await downloadFile(session, output, join(folder, "queued.mp4"));
  expect((await probeVideo(marked.path)).index.pts).toHaveLength(10);
  expect(JSON.parse(Buffer.from(await readObject(session, `${output}.json`)).toString())).toMatchObject({
    inputEtag: (await headObject(session, `s3://${bucket}/in/road.mp4`))!.etag,
    frames: 10,
  });
  const { Messages: dead = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queues.deadLetters,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ["All"],
    }),
  );
  expect(dead.map((message) => message.MessageAttributes?.reason?.StringValue).sort()).toEqual([
    "The message is no JSON.",
    `The message's input is no object of s3://${bucket}/.`,
  ]);
  const { Attributes: left } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queues.queue, AttributeNames: ["All"] }),
  );
  expect([left!.ApproximateNumberOfMessages, left!.ApproximateNumberOfMessagesNotVisible]).toEqual([
    "0",
    "0",
  ]);
  sqs.destroy();
  session.close();
});

test("SIGTERM lets a video that was begun end, and leaves nothing", async () => {
  const before = Number(/sightline_body_bytes_total\{route="\/mark-up"\} (\d+)/.exec(await metrics())![1]);
  const { size } = await stat(video);
  const answering = send("/mark-up", "video/mp4", Buffer.from(await readFile(video)));
  await expect.poll(metrics, upTo).toContain(`{route="/mark-up"} ${before + size}`);
  const ended = once(program, "close");
  program.kill("SIGTERM");
  const answer = await answering;
  expect(answer.status).toBe(200);
  expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(1_000);
  expect((await ended)[0], said).toBe(0);
  expect(await readdir(temporary)).toEqual([]);
});
