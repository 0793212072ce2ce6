import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvocationError, type Session } from "@sightline/sdk";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../src/api/api-parts.js";
import { buildApi } from "../src/api/build-api.js";
import { makeMetrics } from "../src/api/metrics.js";

let folder: string;
let api: FastifyInstance;
let port: number;
let asked: number;
/** What the endpoint does with a photo. */
let invoke: (signal: AbortSignal) => Promise<number[]>;
const logged: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-edges-"));
  const send = async (
    _service: string,
    _operation: string,
    _input: object,
    options?: { signal: AbortSignal },
  ) => {
    asked += 1;
    const answer = await invoke(options!.signal);
    return { Body: Buffer.from(JSON.stringify(answer)), ContentType: "application/json" };
  };
  const session = { send, region: "us-east-1" } as unknown as Session;
  api = await buildApi(
    {
      limits: {
        ...DEFAULT_LIMITS,
        maxPhotoBytes: 1_000,
        maxPhotos: 1,
        maxVideoBytes: 100_000,
        bodyIdleMs: 50,
      },
      metrics: makeMetrics(),
      scratch: folder,
      stops: new AbortController().signal,
      checkReady: async () => undefined,
      log: (message) => logged.push(message),
    },
    {
      classifier: { session, endpointName: "colours", labels: ["red"] },
      detector: { model: join(folder, "none.onnx") },
    },
  );
  await api.listen({ host: "127.0.0.1", port: 0 });
  port = (api.server.address() as AddressInfo).port;
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a request; with `declared` its Content-Length is that, and the body stays incomplete. */
function post(path: string, type: string | undefined, body: Uint8Array | string, declared?: number) {
  return new Promise<Answer>((resolve, reject) => {
    const headers = {
      ...(type === undefined ? {} : { "content-type": type }),
      ...(declared === undefined ? {} : { "content-length": declared }),
    };
    const request = http.request(
      { host: "127.0.0.1", port, path, method: "POST", headers },
      async (response) => {
        let text = "";
        for await (const piece of response.setEncoding("utf8")) text += piece;
        request.destroy();
        resolve({ status: response.statusCode!, headers: response.headers, text });
      },
    );
    request.once("error", reject);
    if (declared === undefined) request.end(body);
    else request.write(body);
  });
}

const refusedByModel = async () => {
  throw new InvocationError("colours", 415, "secret: no picture");
};
const refusedAsFull = async () => {
  throw new InvocationError("colours", 503, "secret: full");
};
const answers = async () => [1];

test.each<[string, number, RegExp, () => Promise<Answer>, number, typeof invoke]>([
  [
    "a web page as a photo",
    415,
    /^Unsupported Media Type/,
    () => post("/classify", "text/html", "<svg>"),
    0,
    answers,
  ],
  [
    "a body without a type",
    415,
    /^Unsupported Media Type/,
    () => post("/classify", undefined, "x"),
    0,
    answers,
  ],
  [
    "a photo sent as a video",
    422,
    /could not be read as a video/,
    () => post("/mark-up", "video/mp4", "x"),
    0,
    answers,
  ],
  [
    "a list of other files as a video",
    422,
    /could not be read/,
    () => post("/mark-up", "video/mp4", "ffconcat version 1.0\nfile /etc/passwd\n"),
    0,
    answers,
  ],
  [
    "a playlist of other hosts as a video",
    422,
    /could not be read/,
    () => post("/mark-up", "video/mp4", "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/a.ts\n"),
    0,
    answers,
  ],
  ["no body", 400, /has no body/, () => post("/classify", "image/jpeg", ""), 0, answers],
  [
    "a photo that says it is too large",
    413,
    /limit of 1000 bytes/,
    () => post("/classify", "image/jpeg", "x", 5_000),
    0,
    answers,
  ],
  [
    "a photo that grows too large",
    413,
    /limit of 1000 bytes/,
    () => post("/classify", "image/jpeg", new Uint8Array(5_000)),
    0,
    answers,
  ],
  [
    "a video that says it is too large",
    413,
    /limit of 100000 bytes/,
    () => post("/mark-up", "video/mp4", "x", 1e12),
    0,
    answers,
  ],
  [
    "a photo that stops coming",
    408,
    /Nothing came for 0.05 s/,
    () => post("/classify", "image/jpeg", "x", 100),
    0,
    answers,
  ],
  [
    "a video that stops coming",
    408,
    /Nothing came for 0.05 s/,
    () => post("/mark-up", "video/mp4", "x", 100),
    0,
    answers,
  ],
  [
    "what the model cannot read, bombs too",
    422,
    /The picture could not be read/,
    () => post("/classify", "image/png", "x"),
    1,
    refusedByModel,
  ],
  [
    "a model that is full",
    503,
    /The classifier is busy/,
    () => post("/classify", "image/png", "x"),
    1,
    refusedAsFull,
  ],
  [
    "another path",
    404,
    /There is no POST \/\.\.\/\.\.\/etc\/passwd/,
    () => post("/../../etc/passwd", "image/png", "x"),
    0,
    answers,
  ],
])("%s is answered %i, and leaves nothing", async (_what, status, sentence, request, invocations, model) => {
  asked = 0;
  invoke = model;
  const answer = await request();
  expect(answer.status, answer.text).toBe(status);
  const { error } = JSON.parse(answer.text) as { error: string };
  expect(error).toMatch(sentence);
  expect(error).not.toContain("secret");
  expect(answer.headers["retry-after"]).toBe(status === 503 ? "1" : undefined);
  expect(asked).toBe(invocations);
  expect(await readdir(folder)).toEqual([]);
});

test("a fault of ours tells its sender nothing of the inside, and is logged", async () => {
  invoke = async () => {
    throw new Error("secret path");
  };
  const answer = await post("/classify", "image/jpeg", "x");
  expect(answer.status).toBe(500);
  expect(answer.text).toBe('{"error":"The service failed; its log says why."}');
  expect(logged.join()).toContain("secret path");
});

test("a sender that leaves ends its invocation; meanwhile no more than the seats are taken", async () => {
  const atWork = new Promise<AbortSignal>((begun) => {
    invoke = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        begun(signal);
      });
  });
  const socket = connect(port, "127.0.0.1");
  socket.write(
    "POST /classify HTTP/1.1\r\nhost: x\r\ncontent-type: image/jpeg\r\ncontent-length: 1\r\n\r\nx",
  );
  const signal = await atWork;
  const second = await post("/classify", "image/jpeg", "x");
  expect(second.status).toBe(503);
  expect(JSON.parse(second.text).error).toBe("The service is at work on as many photos as it can (1).");
  const ended = once(signal, "abort");
  socket.destroy();
  await ended;
  expect((signal.reason as Error).name).toBe("ClientGone");
  invoke = answers;
  await expect.poll(async () => (await post("/classify", "image/jpeg", "x")).status).toBe(200);
});

test("the description names every route with its limits' answers", async () => {
  const response = await fetch(`http://127.0.0.1:${port}/openapi.json`);
  const document = (await response.json()) as {
    openapi: string;
    paths: Record<string, { post?: { requestBody: { content: object }; responses: object } }>;
  };
  expect(document.openapi).toBe("3.1.0");
  expect(Object.keys(document.paths).sort()).toEqual([
    "/classify",
    "/health/live",
    "/health/ready",
    "/mark-up",
    "/metrics",
  ]);
  const { requestBody, responses } = document.paths["/mark-up"]!.post!;
  expect(Object.keys(requestBody.content)).toContain("video/mp4");
  expect(Object.keys(responses)).toEqual(["200", "400", "408", "413", "415", "422", "503"]);
});
