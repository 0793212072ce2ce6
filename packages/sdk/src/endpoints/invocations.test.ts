import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeAws, type Input, quick, Refusal } from "../../test/support/fake-aws.js";
import { follow } from "../../test/support/follow.js";
import type { SendRequest } from "../aws/send-request.js";
import { InvalidInputError, InvocationError, SdkError, WaitTimeoutError } from "../errors.js";
import type { Session } from "../session.js";
import { startVideoMarkup } from "../video/start-video-markup.js";
import { waitForVideoMarkup } from "../video/wait-for-video-markup.js";
import { classifyImage } from "./classify-image.js";
import { classifyImages } from "./classify-images.js";
import type { Endpoint } from "./endpoint.js";
import { invokeEndpoint } from "./invoke-endpoint.js";
import { invokeEndpointAsync } from "./invoke-endpoint-async.js";
import { recommendScalingTarget } from "./recommend-scaling-target.js";
import { topClasses } from "./top-classes.js";
import { waitForAsyncInvocation } from "./wait-for-async-invocation.js";

let aws: FakeAws;
let session: Session;
beforeEach(async () => {
  aws = await FakeAws.start();
  aws.s3.bucket("drivers");
  session = await aws.session();
});
afterEach(() => aws.stop());

const endpoint: Endpoint = {
  kind: "endpoint",
  name: "drivers",
  arn: "arn",
  configName: "c",
  modelName: "m",
  variantName: "AllTraffic",
  isAsync: false,
  action: "created",
};
const answer = (body: string) => ({ headers: { "content-type": "application/json" }, body });

test("classifies an image: its bytes go out as x-image, probabilities come back", async () => {
  aws.on("InvokeEndpoint", () => answer("[0.1, 0.7, 0.2]"));
  const probabilities = await classifyImage(session, endpoint, new Uint8Array([1, 2, 3]));
  expect(probabilities).toEqual([0.1, 0.7, 0.2]);
  const [sent] = aws.inputs("InvokeEndpoint");
  expect(sent?.url).toBe("/endpoints/drivers/invocations");
  expect(sent?.headers["content-type"]).toBe("application/x-image");
  expect(Buffer.compare(sent?.body, Buffer.from([1, 2, 3]))).toBe(0);
});

test.each(["<html>", '{"a":1}', "[]", '["a"]', "[NaN]", "[1, null]"])(
  "an answer of %j is no list of probabilities, and said so",
  async (body) => {
    aws.on("InvokeEndpoint", () => answer(body));
    await expect(classifyImage(session, "drivers", new Uint8Array(1))).rejects.toThrow(
      /^Endpoint drivers answered no list of probabilities, but/,
    );
  },
);

test("the best classes come first, with their names", () => {
  expect(topClasses([0.1, 0.7, 0.2], ["a", "b"], 2)).toEqual([
    { classId: 1, className: "b", probability: 0.7 },
    { classId: 2, className: "2", probability: 0.2 },
  ]);
});

test("classifies many images in order, with bounded requests and a bounded reader", async () => {
  let under = 0;
  let most = 0;
  let read = 0;
  let answered = 0;
  const send: SendRequest = async <Output>(_service: string, _operation: string, input: Input) => {
    most = Math.max(most, ++under);
    // Answers come out of order, by what was asked.
    await new Promise((resolve) => setTimeout(resolve, (input.Body[0] * 5) % 8));
    under -= 1;
    answered += 1;
    return { Body: Buffer.from(JSON.stringify([input.Body[0]])) } as Output;
  };
  const fast = await aws.session({ send });
  async function* images() {
    for (; read < 40; read += 1) {
      expect(read - answered).toBeLessThanOrEqual(4);
      yield new Uint8Array([read]);
    }
  }
  const { events, result: all } = await follow(classifyImages(fast, "drivers", images(), { concurrency: 4 }));
  expect(all).toEqual(Array.from({ length: 40 }, (_, index) => [index]));
  expect(most).toBe(4);
  // Progress that nobody has looked at yet is replaced.
  const progress = events.map(({ done }) => done);
  expect(progress).toEqual([...new Set(progress)].sort((a, b) => a - b));
  expect(progress.at(-1)).toBe(40);
  expect(await classifyImages(fast, "drivers", [])).toEqual([]);
});

test("the first picture that fails ends the others and closes the reader", async () => {
  aws.on("InvokeEndpoint", (_input, count) =>
    count === 5 ? new Refusal(400, "ValidationException", "no such endpoint") : answer("[1]"),
  );
  let closed = false;
  function* images() {
    try {
      for (;;) yield new Uint8Array(1);
    } finally {
      closed = true;
    }
  }
  await expect(classifyImages(session, "drivers", images(), { concurrency: 2 })).rejects.toThrow(
    /no such endpoint/,
  );
  expect(closed).toBe(true);
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  aws.on("InvokeEndpoint", (_input, count) => {
    if (count > 20) controller.abort(reason);
    return answer("[1]");
  });
  await expect(classifyImages(session, "drivers", images(), { signal: controller.signal })).rejects.toBe(
    reason,
  );
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});

test("the container's own error is told with its status and message", async () => {
  aws.on(
    "InvokeEndpoint",
    () =>
      new Refusal(424, "ModelError", "Received client error (415)", {
        OriginalStatusCode: 415,
        OriginalMessage: "this is no image",
        LogStreamArn: "arn",
      }),
  );
  const error = await invokeEndpoint(session, "drivers", "x").catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InvocationError);
  expect(error).toMatchObject({
    endpointName: "drivers",
    statusCode: 415,
    containerMessage: "this is no image",
  });
  expect(error.message).toContain("/aws/sagemaker/Endpoints/drivers");
});

test("the code and message of this project's container are taken out of its error body", async () => {
  const OriginalMessage = JSON.stringify({ error: { code: "UnreadableImage", message: "It is a text." } });
  aws.on(
    "InvokeEndpoint",
    () => new Refusal(424, "ModelError", "x", { OriginalStatusCode: 400, OriginalMessage }),
  );
  const error = await invokeEndpoint(session, "drivers", "x").catch((thrown) => thrown);
  expect(error).toMatchObject({
    statusCode: 400,
    code: "UnreadableImage",
    containerMessage: "It is a text.",
  });
});

test("a payload above the limit is refused before it is sent; the limit can be raised", async () => {
  const large = new Uint8Array(6_291_457);
  await expect(invokeEndpoint(session, endpoint, large)).rejects.toThrow(/at most 6291456 bytes/);
  expect(aws.calls).toEqual([]);
  aws.on("InvokeEndpoint", () => answer("{}"));
  const result = await invokeEndpoint(session, endpoint, large, {
    maxPayloadBytes: 25e6,
    accept: "application/json",
  });
  expect(result.json()).toEqual({});
  expect(result.contentType).toBe("application/json");
});

test("each kind of endpoint is invoked its own way", async () => {
  await expect(invokeEndpoint(session, { ...endpoint, isAsync: true }, "x")).rejects.toThrow(
    /invokeEndpointAsync/,
  );
  await expect(invokeEndpointAsync(session, endpoint, "s3://drivers/a")).rejects.toThrow(
    /deployed with `async`/,
  );
});

function queue(outputs: Record<string, string>): void {
  aws.on("InvokeEndpointAsync", (input) => {
    const id = input.headers["x-amzn-sagemaker-inference-id"];
    setTimeout(() => {
      for (const [key, body] of Object.entries(outputs)) aws.s3.put("drivers", key, body);
    }, 20);
    return {
      headers: {
        "content-type": "application/json",
        "x-amzn-sagemaker-outputlocation": "s3://drivers/async/1.out",
        "x-amzn-sagemaker-failurelocation": "s3://drivers/async/failures/1.out",
      },
      body: JSON.stringify({ InferenceId: id }),
    };
  });
}

test("an asynchronous invocation puts bytes into S3 and waits for its result", async () => {
  queue({ "async/1.out": '{"ok":true}' });
  const invocation = await invokeEndpointAsync(session, "drivers", new Uint8Array([1]), {
    contentType: "image/jpeg",
  });
  expect(invocation.inputUri).toBe(`s3://drivers/async-inputs/${invocation.inferenceId}`);
  expect(aws.inputs("InvokeEndpointAsync")[0]?.headers["x-amzn-sagemaker-inputlocation"]).toBe(
    invocation.inputUri,
  );
  const result = await waitForAsyncInvocation(session, invocation, quick);
  expect(result.json()).toEqual({ ok: true });
  expect(result.outputUri).toBe("s3://drivers/async/1.out");
});

test("a wait tells the time and the log's new lines, and reads no log unless asked", async () => {
  queue({ "async/1.out": "done" });
  const invocation = await invokeEndpointAsync(session, "drivers", "s3://drivers/in.json");
  const line = (offset: number, message: string) => ({ timestamp: Date.now() + offset, message });
  const lines = [line(-60_000, "of another invocation"), line(60_000, "frame 10 of 20")];
  aws.on("DescribeLogStreams", () => ({ logStreams: [{ logStreamName: "AllTraffic/i-1" }] }));
  aws.on("GetLogEvents", ({ nextToken }) => ({
    events: nextToken === undefined ? lines : [],
    nextForwardToken: "end",
  }));
  const logged = { ...quick, logs: true };
  const { events } = await follow(waitForAsyncInvocation(session, invocation, logged));
  expect(events[0]).toMatchObject({ kind: "waiting" });
  expect(events.flatMap((event) => (event.kind === "log" ? event.message : []))).toEqual(["frame 10 of 20"]);

  aws.on("DescribeLogStreams", () => new Refusal(403, "AccessDeniedException", "not you"));
  const refused = await follow(waitForAsyncInvocation(session, invocation, logged));
  expect(refused.events.map((event) => event.kind)).toEqual(["waiting", "warning"]);
  const calls = aws.inputs("DescribeLogStreams").length;
  await waitForAsyncInvocation(session, invocation, quick);
  expect(aws.inputs("DescribeLogStreams")).toHaveLength(calls);
});

test("a failed asynchronous invocation is an error with the service's text", async () => {
  queue({ "async/failures/1.out": "Received server error (500): out of disk\n" });
  aws.on("DescribeLogStreams", () => ({ logStreams: [{ logStreamName: "AllTraffic/i-1" }] }));
  aws.on("GetLogEvents", () => ({ events: [{ timestamp: 1, message: "ENOSPC\n" }] }));
  const invocation = await invokeEndpointAsync(session, "drivers", "s3://drivers/in.json");
  expect(aws.inputs("PutObject")).toEqual([]);
  await expect(waitForAsyncInvocation(session, invocation, quick)).rejects.toThrow(
    /out of disk.*\n {2}ENOSPC$/s,
  );
  queue({});
  const silent = await invokeEndpointAsync(session, "drivers", "s3://drivers/in.json");
  await expect(
    waitForAsyncInvocation(
      session,
      { ...silent, outputUri: "s3://drivers/n", failureUri: undefined },
      { ...quick, timeoutMs: 40 },
    ),
  ).rejects.toThrow(WaitTimeoutError);
});

test("marks up a video through an asynchronous endpoint", async () => {
  const done = {
    output: "s3://drivers/out/road_output.mp4",
    detections: "s3://drivers/out/road_detections.jsonl",
    frames: 10,
    durationSeconds: 1,
    framesWithDetections: 4,
    detectionCount: 5,
    seconds: 2,
  };
  queue({ "async/1.out": JSON.stringify(done) });
  const video = {
    input: "s3://drivers/in/road.mp4",
    output: "s3://drivers/out/",
    options: { confidence: 0.5 },
  };
  const job = await startVideoMarkup(session, { ...endpoint, isAsync: true }, video);
  const sent = aws.s3.get("drivers", job.inputUri.slice("s3://drivers/".length));
  expect(JSON.parse(sent?.body.toString() ?? "")).toEqual({ isLive: true, ...video });
  expect(sent?.headers["content-type"]).toBe("application/json");
  expect(aws.inputs("InvokeEndpointAsync")[0]?.headers["x-amzn-sagemaker-invocationtimeoutseconds"]).toBe(
    "3600",
  );
  expect(await waitForVideoMarkup(session, job, quick)).toEqual(done);
  aws.s3.put("drivers", "async/1.out", '"x"');
  await expect(waitForVideoMarkup(session, job, quick)).rejects.toThrow(SdkError);
});

const road = { input: "s3://drivers/road.mp4", output: "s3://drivers/out/" };
test.each([
  [{ input: "s3://drivers/in/", output: "s3://drivers/out/" }, "input"],
  [{ input: "s3://drivers/a.mp4", output: "out/" }, "output"],
  [{ input: "a.mp4", output: "s3://drivers/out/" }, "input"],
  [{ ...road, options: { confidnce: 0.5 } as never }, "options.confidnce"],
  [{ ...road, options: { decoderModule: "./x.mjs" } as never }, "options.decoderModule"],
])("a video request %o is refused for its %s", async (request, field) => {
  const error = await startVideoMarkup(session, "drivers", request).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error.field).toBe(field);
});

test("recommends AWS's scaling target", () => {
  expect(recommendScalingTarget(200)).toBe(6000);
  expect(recommendScalingTarget(10, 0.8)).toBe(480);
  expect(recommendScalingTarget(0.01)).toBe(1);
  expect(() => recommendScalingTarget(10, 1.5)).toThrow(InvalidInputError);
});
