import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeAws, Refusal } from "../../test/support/fake-aws.js";
import { InvalidInputError } from "../errors.js";
import type { Session } from "../session.js";
import { type ClassifyHandlerOptions, createClassifyHandler } from "./classify-handler.js";
import type { HttpEvent } from "./http-event.js";
import { createVideoTrigger, type S3Event, type VideoTriggerOptions } from "./video-trigger.js";

let aws: FakeAws;
let session: Session;
beforeEach(async () => {
  aws = await FakeAws.start();
  aws.s3.bucket("roads");
  session = await aws.session({ maxAttempts: 1 });
});
afterEach(() => aws.stop());

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const post = (body: Buffer): HttpEvent => ({
  httpMethod: "POST",
  body: body.toString("base64"),
  isBase64Encoded: true,
});
const logged: string[] = [];
const classify = (more: Partial<ClassifyHandlerOptions> = {}) =>
  createClassifyHandler({
    endpointName: "drivers",
    labels: ["safe", "texting", "drinking"],
    session,
    log: (message) => logged.push(message),
    ...more,
  });
const json = (body: string) => ({ headers: { "content-type": "application/json" }, body });

const inJson = (content: unknown): HttpEvent => ({
  httpMethod: "POST",
  headers: { "Content-Type": "application/json; charset=utf-8" },
  body: typeof content === "string" ? content : JSON.stringify(content),
});

test.each<[string, HttpEvent]>([
  ["REST API", post(jpeg)],
  ["HTTP API", { ...post(jpeg), httpMethod: undefined, requestContext: { http: { method: "POST" } } }],
  ["plain body", { httpMethod: "POST", body: jpeg.toString("latin1") }],
  ["base64 in JSON", { ...inJson({ data: jpeg.toString("base64") }) }],
])("a picture in, its classes out (%s)", async (_kind, event) => {
  aws.on("InvokeEndpoint", () => json("[0.1,0.7,0.2]"));
  const answer = await classify({ top: 2, allowedOrigin: "https://example.org" })(event);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toEqual({
    "content-type": "application/json",
    "access-control-allow-origin": "https://example.org",
  });
  expect(JSON.parse(answer.body)).toEqual({
    predictions: [
      { classId: 1, className: "texting", probability: 0.7 },
      { classId: 2, className: "drinking", probability: 0.2 },
    ],
  });
  expect(Buffer.compare(aws.inputs("InvokeEndpoint")[0]?.body, jpeg)).toBe(0);
});

test.each<[number, string, HttpEvent]>([
  [405, "another method", { httpMethod: "GET" }],
  [400, "no body", { httpMethod: "POST", body: null }],
  [413, "too large", post(Buffer.concat([jpeg, Buffer.alloc(100)]))],
  [413, "too large in JSON", inJson({ data: Buffer.concat([jpeg, Buffer.alloc(100)]).toString("base64") })],
  [400, "no JSON", inJson("{")],
  [400, "JSON of another form", inJson({ image: "AAAA" })],
  [400, "null", inJson("null")],
  [400, "malformed base64", inJson({ data: "/9j/*AAA" })],
  [400, "cut base64", inJson({ data: "/9j/A" })],
  [400, "nothing in JSON", inJson({ data: "" })],
  [415, "no picture in JSON", inJson({ data: Buffer.from("GIF89a").toString("base64") })],
  [415, "RIFF that is no WebP", post(Buffer.from("RIFF1234WAVEfmt "))],
  [415, "no picture", post(Buffer.from("<svg onload=alert(1)>"))],
])("answers %i (%s) without an invocation", async (status, _what, event) => {
  const answer = await classify({ maxImageBytes: 100 })(event);
  expect(answer.statusCode).toBe(status);
  expect(JSON.parse(answer.body).error).not.toBe("");
  expect(aws.calls).toEqual([]);
});

test("a WebP picture is handed on", async () => {
  aws.on("InvokeEndpoint", () => json("[1,0,0]"));
  expect((await classify()(post(Buffer.from("RIFF1234WEBPVP8 ")))).statusCode).toBe(200);
});

test("a preflight request is answered", async () => {
  const answer = await classify({ allowedOrigin: "*" })({ httpMethod: "OPTIONS" });
  expect(answer).toMatchObject({ statusCode: 204, body: "" });
  expect(answer.headers["access-control-allow-methods"]).toBe("POST");
});

const modelError = (status: number) =>
  new Refusal(424, "ModelError", "secret path /opt/ml", {
    OriginalStatusCode: status,
    OriginalMessage: "secret",
  });

test.each<[number, string, Refusal, string | undefined]>([
  [422, "the container cannot read it", modelError(415), undefined],
  [503, "the container is full", modelError(503), "1"],
  [503, "the container is busy", modelError(429), "1"],
  [429, "throttled", new Refusal(400, "ThrottlingException", "secret"), "1"],
  [503, "the service is down", new Refusal(503, "ServiceUnavailable", "secret"), "1"],
  [502, "no such endpoint", new Refusal(400, "ValidationException", "Endpoint secret not found"), undefined],
])(
  "answers %i (%s), tells nothing of the inside, and logs it",
  async (status, _what, refusal, retryAfter) => {
    logged.length = 0;
    aws.on("InvokeEndpoint", () => refusal);
    const answer = await classify()(post(jpeg));
    expect(answer.statusCode).toBe(status);
    expect(answer.body).not.toContain("secret");
    expect(answer.headers["retry-after"]).toBe(retryAfter);
    expect(logged.join()).toContain("secret");
  },
);

const options: VideoTriggerOptions = {
  endpointName: "potholes",
  inputUri: "s3://roads/in/",
  outputUri: "s3://roads/out/",
};
const trigger = (more: Partial<VideoTriggerOptions> = {}) =>
  createVideoTrigger({ ...options, session, ...more });
const created = (key: string, more: object = {}, bucket = "roads"): S3Event["Records"][number] => ({
  eventName: "ObjectCreated:Put",
  s3: { bucket: { name: bucket }, object: { key, size: 10, eTag: "e1", ...more } },
});
const accept = () =>
  aws.on("InvokeEndpointAsync", (input) => ({
    headers: {
      "content-type": "application/json",
      "x-amzn-sagemaker-outputlocation": "s3://roads/async/1.out",
    },
    body: JSON.stringify({ InferenceId: input.headers["x-amzn-sagemaker-inference-id"] }),
  }));

test("a new video is handed to the endpoint once, however often the event comes", async () => {
  accept();
  const handle = trigger({ options: { confidence: 0.5 } });
  const event = { Records: [created("in/my+road+%C3%A4.mp4")] };
  const { started } = await handle(event);
  expect(started).toMatchObject([
    { input: "s3://roads/in/my road ä.mp4", resultUri: "s3://roads/async/1.out" },
  ]);
  const id = started[0]?.inferenceId;
  expect(JSON.parse(aws.s3.get("roads", `jobs/${id}`)?.body.toString() ?? "")).toEqual({
    isLive: true,
    input: "s3://roads/in/my road ä.mp4",
    output: "s3://roads/out/",
    options: { confidence: 0.5 },
  });
  expect(await handle(event)).toEqual({
    started: [],
    skipped: [{ input: "s3://roads/in/my road ä.mp4", reason: "it was started before" }],
  });
  expect(aws.inputs("InvokeEndpointAsync")).toHaveLength(1);
  const replaced = await handle({ Records: [created("in/my+road+%C3%A4.mp4", { eTag: "e2" })] });
  expect(replaced.started).toHaveLength(1);
});

test("of two deliveries of an event at the same moment one starts the video, the other is tried again", async () => {
  accept();
  const event = { Records: [created("in/a.mp4")] };
  const ends = await Promise.allSettled([trigger()(event), trigger()(event)]);
  expect(aws.inputs("InvokeEndpointAsync")).toHaveLength(1);
  expect(ends.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(0);
  for (const end of ends)
    if (end.status === "rejected") expect(String(end.reason)).toContain("by another delivery");
  expect((await trigger()(event)).skipped).toMatchObject([{ reason: "it was started before" }]);
});

test("a claim whose function has died is taken over when that function's time is over, and not before", async () => {
  accept();
  const event = { Records: [created("in/a.mp4")] };
  const gone = new Refusal(500, "InternalFailure", "the function ends here");
  const inner = aws.handlerOf("InvokeEndpointAsync");
  aws.on("InvokeEndpointAsync", () => gone);
  await expect(trigger()(event, { getRemainingTimeInMillis: () => 60_000 })).rejects.toThrow();
  const [key] = [...aws.s3.bucket("roads").keys()].filter((name) => name.endsWith(".started"));
  const claimed = (until: number) => {
    const { body, etag } = aws.s3.get("roads", key!)!;
    const headers = { "x-amz-meta-claimed-until": String(until) };
    aws.s3.bucket("roads").set(key!, { body, etag, headers });
  };
  aws.on("InvokeEndpointAsync", inner);
  claimed(Date.now() + 60_000);
  await expect(trigger()(event)).rejects.toThrow(/being started by another delivery/);
  claimed(Date.now() - 1);
  expect((await trigger()(event)).started).toHaveLength(1);
});

test.each([
  [created("out/a.mp4"), "it is not in s3://roads/in/"],
  [created("in/a.mp4", {}, "other-bucket"), "it is not in s3://roads/in/"],
  [created("in/"), "it is a folder"],
  [created("in/notes.txt"), "it ends in none of .mp4, .mov, .mkv, .avi, .webm"],
  [created("in/a.MP4", { size: 0 }), "it is empty"],
])("skips %o: %s", async (record, reason) => {
  const { started, skipped } = await trigger()({ Records: [record] });
  expect(started).toEqual([]);
  expect(skipped[0]?.reason).toBe(reason);
  expect(aws.calls).toEqual([]);
});

test("a removal is no new video, and S3's own test of a notification is nothing", async () => {
  const removed = { ...created("in/a.mp4"), eventName: "ObjectRemoved:Delete" };
  expect(await trigger()({ Records: [removed] })).toEqual({
    started: [],
    skipped: [{ input: "s3://roads/in/a.mp4", reason: "it was not created: ObjectRemoved:Delete" }],
  });
  const test = { Service: "Amazon S3", Event: "s3:TestEvent" } as unknown as S3Event;
  expect(await trigger()(test)).toEqual({ started: [], skipped: [] });
  expect(aws.calls).toEqual([]);
});

test("a video that cannot be started fails the event, and only that one is tried again", async () => {
  accept();
  const inner = aws.handlerOf("InvokeEndpointAsync");
  aws.on("InvokeEndpointAsync", (input, count) =>
    count === 0 ? new Refusal(400, "ValidationException", "the queue is full") : inner(input, count),
  );
  const event = { Records: [created("in/a.mp4"), created("in/b.mp4")] };
  const handle = trigger();
  await expect(handle(event)).rejects.toThrow(/^1 of 2 videos not started: .*the queue is full/);
  const again = await handle(event);
  expect(again.started.map(({ input }) => input)).toEqual(["s3://roads/in/a.mp4"]);
  expect(again.skipped.map(({ input }) => input)).toEqual(["s3://roads/in/b.mp4"]);
});

test.each([
  { outputUri: "s3://roads/in/out/" },
  { outputUri: "s3://roads/" },
  { inputUri: "s3://roads/" },
  { jobsUri: "s3://roads/in/jobs/" },
  { outputUri: "s3://roads/out" },
])("folders that would feed each other are refused at once: %o", (wrong) => {
  expect(() => trigger(wrong)).toThrow(InvalidInputError);
});
