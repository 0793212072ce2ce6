import { beforeEach, expect, test } from "vitest";
import { endpoint } from "../../test/support/endpoint.js";
import { quick, Refusal } from "../../test/support/fake-aws.js";
import { follow } from "../../test/support/follow.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { InvalidInputError, SdkError, WaitTimeoutError } from "../errors.js";
import { startVideoMarkup } from "../video/start-video-markup.js";
import { waitForVideoMarkup } from "../video/wait-for-video-markup.js";
import { invokeEndpointAsync } from "./invoke-endpoint-async.js";
import { waitForAsyncInvocation } from "./wait-for-async-invocation.js";

beforeEach(() => {
  aws.s3.bucket("drivers");
});

const _answer = (body: string) => ({ headers: { "content-type": "application/json" }, body });

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
