import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFfmpeg } from "@sightline/video-markup";
import { afterAll, beforeAll } from "vitest";
import { buildBrightDetector } from "./detector.js";
import { type FakeS3, startFakeS3 } from "./fake-s3.js";
import { type Servers, servers } from "./servers.js";
import { waitUntil } from "./wait-until.js";

/** A video model, a bucket with videos, and `serve` on them. */
export interface VideoEndpoint extends Servers {
  /** The folder that stands for /opt/ml. */
  readonly root: string;
  /** Two seconds of black at 10 frames a second; from the second on a white square of one cell. */
  readonly video: Buffer;
  /** Buckets, with `video` as `s3://videos/in/road 1.mp4` and a text as `s3://videos/in/text.mp4`. */
  readonly s3: FakeS3;
  /** Resolves when a job has made its folder. */
  working(): Promise<void>;
  /** Resolves when all jobs have removed their folders, which they do after the answer has left. */
  cleared(): Promise<void>;
}

/** Lays everything out before the tests of a file, and removes it afterwards. Call it at the file's top. */
export function videoEndpoint(): VideoEndpoint {
  let root: string;
  let video: Buffer;
  let s3: FakeS3;
  const folders = (): Promise<string[]> => readdir(join(root, "tmp"));
  // Registered first, so that it runs last: the servers end before their folder goes.
  afterAll(async () => {
    await s3.close();
    await rm(root, { recursive: true, force: true });
  });
  const started = servers(() => ({
    root,
    env: {
      AWS_ENDPOINT_URL: s3.url,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      TMPDIR: join(root, "tmp"),
    },
  }));
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "sightline-test-"));
    await mkdir(join(root, "model"));
    await mkdir(join(root, "tmp"));
    await writeFile(join(root, "model/detector.onnx"), buildBrightDetector());
    const options = { confidence: 0.6 };
    const manifest = { schemaVersion: 1, task: "video-markup", model: "detector.onnx", options };
    await writeFile(join(root, "model/manifest.json"), JSON.stringify(manifest));
    video = await drawVideo(join(root, "in.mp4"));
    s3 = await startFakeS3();
    s3.objects.set("videos/in/road 1.mp4", video);
    s3.objects.set("videos/in/text.mp4", Buffer.from("this is no video"));
  });
  return {
    ...started,
    get root() {
      return root;
    },
    get video() {
      return video;
    },
    get s3() {
      return s3;
    },
    working: () => waitUntil(async () => (await folders()).length > 0),
    cleared: () => waitUntil(async () => (await folders()).length === 0),
  };
}

/** Draws black at 10 frames a second, with a white square of one cell from the second on and a key frame every second. */
export async function drawVideo(path: string, seconds = 2): Promise<Buffer> {
  const square = "drawbox=x=16:y=24:w=8:h=8:color=white:t=fill:enable='gte(t,1)'";
  const source = ["-f", "lavfi", "-i", `color=black:s=64x64:r=10:d=${seconds},${square}`];
  const encode = ["-c:v", "libx264", "-qp", "1", "-g", "10", "-pix_fmt", "yuv420p"];
  execFileSync((await findFfmpeg()).path, ["-v", "error", ...source, ...encode, path]);
  return await readFile(path);
}

/** Sends a job, or a video in the body, to /invocations. */
export function postVideo(
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
