import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRunning } from "@sightline/foundation/is-running";
import { findFfmpeg } from "@sightline/video-markup";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildBrightDetector } from "./support/detector.js";
import { type FakeS3, startFakeS3 } from "./support/fake-s3.js";
import { childrenOf, type Program, startProgram, startServe } from "./support/program.js";

let root: string;
let video: Buffer;
let s3: FakeS3;
const running: Program[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sightline-test-"));
  await mkdir(join(root, "model"));
  await mkdir(join(root, "tmp"));
  await writeFile(join(root, "model/detector.onnx"), buildBrightDetector());
  const manifest = {
    schemaVersion: 1,
    task: "video-markup",
    model: "detector.onnx",
    options: { confidence: 0.6 },
  };
  await writeFile(join(root, "model/manifest.json"), JSON.stringify(manifest));
  // Two seconds of black at 10 frames a second; from the second on a white square of one cell.
  const ffmpeg = (await findFfmpeg()).path;
  const square = "drawbox=x=16:y=24:w=8:h=8:color=white:t=fill:enable='gte(t,1)'";
  const path = join(root, "in.mp4");
  execFileSync(ffmpeg, [
    "-v",
    "error",
    "-f",
    "lavfi",
    "-i",
    `color=black:s=64x64:r=10:d=2,${square}`,
    "-c:v",
    "libx264",
    "-qp",
    "1",
    "-pix_fmt",
    "yuv420p",
    path,
  ]);
  video = await readFile(path);
  s3 = await startFakeS3();
  s3.objects.set("videos/in/road 1.mp4", video);
  s3.objects.set("videos/in/text.mp4", Buffer.from("this is no video"));
});
afterAll(async () => {
  await s3.close();
  await rm(root, { recursive: true, force: true });
});
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.process.kill("SIGKILL");
    await program.ended;
  }
});

async function serve(env: Record<string, string> = {}): Promise<Program & { readonly url: string }> {
  const program = await startServe(root, {
    AWS_ENDPOINT_URL: s3.url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    TMPDIR: join(root, "tmp"),
    ...env,
  });
  running.push(program);
  return program;
}

let shared: Promise<Program & { readonly url: string }> | undefined;

/** One server with the default settings for all tests that leave it as it is. */
function sharedServe(): Promise<Program & { readonly url: string }> {
  shared ??= serve().then((program) => {
    running.splice(running.indexOf(program), 1);
    return program;
  });
  return shared;
}

afterAll(async () => {
  if (!shared) return;
  const program = await shared;
  program.process.kill("SIGTERM");
  expect(await program.ended).toBe(0);
});

function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const isBytes = body instanceof Uint8Array;
  return fetch(`${url}/invocations`, {
    method: "POST",
    headers: { "content-type": isBytes ? "video/mp4" : "application/json", ...headers },
    body: isBytes ? body : JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

/** Waits until the server has removed a job's folder, which it does after the answer has left. */
async function leftovers(): Promise<string[]> {
  const deadline = Date.now() + 10_000;
  let names = await readdir(join(root, "tmp"));
  while (names.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    names = await readdir(join(root, "tmp"));
  }
  return names;
}

interface Line {
  readonly frame: number;
  readonly ptsSeconds: number;
  readonly detections: readonly { readonly className: string; readonly xyxy: readonly number[] }[];
}

function lines(text: string): Line[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

describe("serve, video mark-up", () => {
  it("marks up a video of a bucket and puts video and detections into a bucket", async () => {
    const { url } = await sharedServe();
    const response = await post(url, {
      input: "s3://videos/in/road 1.mp4",
      output: "s3://results/marked",
      isLive: true,
    });
    const answer = (await response.json()) as Record<string, unknown>;
    expect(response.status, JSON.stringify(answer)).toBe(200);
    expect(answer).toMatchObject({
      output: "s3://results/marked/road 1_output.mp4",
      detections: "s3://results/marked/road 1_detections.jsonl",
      frames: 20,
      framesWithDetections: 10,
      detectionCount: 10,
    });
    const records = lines(s3.objects.get("results/marked/road 1_detections.jsonl")!.toString());
    expect(records).toHaveLength(20);
    expect(records[5]!.detections).toEqual([]);
    expect(records[15]!.detections[0]).toMatchObject({ className: "bright" });
    const expected = [16, 24, 24, 32];
    for (const [i, edge] of records[15]!.detections[0]!.xyxy.entries())
      expect(Math.abs(edge - expected[i]!)).toBeLessThan(1);
    const marked = s3.objects.get("results/marked/road 1_output.mp4")!;
    expect(marked.subarray(4, 8).toString()).toBe("ftyp");
    // The detections come first: whoever waits for the video finds them.
    const puts = s3.requests.filter((request) => request.startsWith("PUT"));
    expect(puts.at(-1)).toMatch(/_output\.mp4$/);
    expect(await leftovers()).toEqual([]);
  });

  it("processes one frame on a dry run", async () => {
    const { url } = await sharedServe();
    const response = await post(url, {
      input: "s3://videos/in/road 1.mp4",
      output: "s3://results/dry/",
      isLive: false,
    });
    expect(await response.json()).toMatchObject({ frames: 1, framesWithDetections: 0 });
  });

  it("marks up a video in the body, or answers its detections as JSON lines", async () => {
    const { url } = await sharedServe();
    const marked = await post(url, video);
    expect(marked.headers.get("content-type")).toBe("video/mp4");
    expect(marked.headers.get("x-sightline-frames")).toBe("20");
    expect(
      Buffer.from(await marked.arrayBuffer())
        .subarray(4, 8)
        .toString(),
    ).toBe("ftyp");
    const found = await post(url, video, { accept: "application/jsonlines" });
    expect(lines(await found.text()).filter(({ detections }) => detections.length > 0)).toHaveLength(10);
    expect(await leftovers()).toEqual([]);
  });

  it("refuses wrong jobs with a status and a JSON message, and leaves nothing behind", async () => {
    const { url } = await serve({
      SIGHTLINE_S3_ALLOWED: "s3://videos/in, s3://forbidden,s3://results/",
      SIGHTLINE_MAX_VIDEO_BYTES: String(video.length),
    });
    s3.objects.set("videos/in/long.mp4", Buffer.alloc(video.length + 1));
    const input = "s3://videos/in/road 1.mp4";
    const output = "s3://results/x/";
    const before = s3.objects.size;
    const cases: [unknown, number, string][] = [
      ["no object", 400, "InvalidJob"],
      [{ output }, 400, "InvalidLocation"],
      [{ input: "http://169.254.169.254/latest", output }, 400, "InvalidLocation"],
      [{ input: "s3://videos/in/", output }, 400, "InvalidJob"],
      [{ input: "s3://videos/inside/x.mp4", output }, 403, "LocationNotAllowed"],
      [{ input, output: "s3://elsewhere/x/" }, 403, "LocationNotAllowed"],
      [{ input, output, isLive: "yes" }, 400, "InvalidJob"],
      [{ input, output, options: { model: "/etc/passwd" } }, 400, "InvalidJob"],
      [{ input, output, options: { confidence: 2 } }, 400, "InvalidJob"],
      [{ input, output, mode: "fast" }, 400, "InvalidJob"],
      [{ input: "s3://videos/in/missing.mp4", output }, 404, "NoSuchKey"],
      [{ input: "s3://forbidden/x.mp4", output }, 403, "AccessDenied"],
      [{ input: "s3://videos/in/long.mp4", output }, 413, "VideoTooLarge"],
      [{ input: "s3://videos/in/text.mp4", output }, 400, "UnreadableVideo"],
    ];
    for (const [job, status, code] of cases) {
      const response = await post(url, job);
      const answer = (await response.json()) as { error: { code: string; message: string } };
      expect([response.status, answer.error.code], JSON.stringify([job, answer])).toEqual([status, code]);
      // Paths of this machine are nobody's business.
      expect(answer.error.message).not.toContain(root);
    }
    expect((await post(url, Buffer.from("text"), { "content-type": "image/png" })).status).toBe(415);
    expect((await post(url, Buffer.from("text"))).status).toBe(400);
    expect(s3.objects.size).toBe(before);
    expect(await leftovers()).toEqual([]);
  });

  it("answers 503 when too many jobs wait, and pings all the while", async () => {
    const { url } = await serve({ SIGHTLINE_VIDEO_QUEUE: "1" });
    const jobs = Promise.all(
      [1, 2, 3, 4].map((i) =>
        post(url, { input: "s3://videos/in/road 1.mp4", output: `s3://results/many${i}/` }),
      ),
    );
    expect((await fetch(`${url}/ping`)).status).toBe(200);
    const statuses = (await jobs).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 200, 503, 503]);
  });

  it("stops a job whose caller has left, and removes its files", async () => {
    const { url } = await sharedServe();
    const leave = new AbortController();
    const job = post(
      url,
      { input: "s3://videos/in/road 1.mp4", output: "s3://results/left/" },
      {},
      leave.signal,
    );
    while ((await readdir(join(root, "tmp"))).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    leave.abort();
    await expect(job).rejects.toThrow();
    expect(await leftovers()).toEqual([]);
    expect([...s3.objects.keys()].filter((name) => name.startsWith("results/left"))).toEqual([]);
  });

  it("finishes the job in work on SIGTERM, then ends with all its processes", async () => {
    const program = await serve();
    const job = post(program.url, { input: "s3://videos/in/road 1.mp4", output: "s3://results/last/" });
    while ((await readdir(join(root, "tmp"))).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const children = await childrenOf(program.process.pid!);
    program.process.kill("SIGTERM");
    expect((await job).status, program.output()).toBe(200);
    expect(await program.ended, program.output()).toBe(0);
    expect(children.filter(isRunning)).toEqual([]);
  });

  it("answers 503 to a job that stopping cuts short, and removes its files", async () => {
    const program = await serve({ SIGHTLINE_DRAIN_MS: "1" });
    const job = post(program.url, { input: "s3://videos/in/road 1.mp4", output: "s3://results/cut/" });
    while ((await readdir(join(root, "tmp"))).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    program.process.kill("SIGTERM");
    const response = await job;
    expect([response.status, response.headers.get("retry-after")], program.output()).toEqual([503, "1"]);
    expect(await response.json()).toMatchObject({ error: { code: "Stopping" } });
    expect(await program.ended).toBe(0);
    expect(await leftovers()).toEqual([]);
  });

  it("names no path of its own when a video is longer than the limit", async () => {
    const { url } = await serve({ SIGHTLINE_MAX_VIDEO_SECONDS: "1" });
    const response = await post(url, { input: "s3://videos/in/road 1.mp4", output: "s3://results/long/" });
    expect(response.status).toBe(413);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toMatch(/^the input lasts 2/);
  });

  it("ends at once with one clear line when the model is no detector", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
    await mkdir(join(folder, "model"));
    const manifest = { schemaVersion: 1, task: "video-markup", model: "m.onnx" };
    await writeFile(join(folder, "model/manifest.json"), JSON.stringify(manifest));
    await writeFile(join(folder, "model/m.onnx"), "no model");
    const program = startProgram("serve", folder);
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(
      /serve: The model m.onnx is no detector that can be served: Not an ONNX model/,
    );
    await rm(folder, { recursive: true });
  });
});
