import { getEventListeners } from "node:events";
import { beforeEach, expect, test } from "vitest";
import { endpoint } from "../../test/support/endpoint.js";
import { type Input, Refusal } from "../../test/support/fake-aws.js";
import { follow } from "../../test/support/follow.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import type { SendRequest } from "../aws/send-request.js";
import { InvalidInputError, InvocationError } from "../errors.js";
import { classifyImage } from "./classify-image.js";
import { classifyImages } from "./classify-images.js";
import { invokeEndpoint } from "./invoke-endpoint.js";
import { invokeEndpointAsync } from "./invoke-endpoint-async.js";
import { recommendScalingTarget } from "./recommend-scaling-target.js";
import { topClasses } from "./top-classes.js";

beforeEach(() => {
  aws.s3.bucket("drivers");
});

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

test("recommends AWS's scaling target", () => {
  expect(recommendScalingTarget(200)).toBe(6000);
  expect(recommendScalingTarget(10, 0.8)).toBe(480);
  expect(recommendScalingTarget(0.01)).toBe(1);
  expect(() => recommendScalingTarget(10, 1.5)).toThrow(InvalidInputError);
});
