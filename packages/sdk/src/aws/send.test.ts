import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeAws, missing, Refusal, SECRET } from "../../test/support/fake-aws.js";
import { AwsRequestError, InvalidInputError, SdkError } from "../errors.js";
import { isNotFound, isTransient } from "./call.js";

let aws: FakeAws;
beforeEach(async () => {
  aws = await FakeAws.start();
});
afterEach(() => aws.stop());

test("signs a request, sends the members as given and hands back the answer", async () => {
  aws.on("ListTrainingJobs", () => ({ TrainingJobSummaries: [{ TrainingJobName: "a" }] }));
  const session = await aws.session();
  const answer = await session.send("sagemaker", "ListTrainingJobs", { MaxResults: 5 });
  expect(answer.TrainingJobSummaries).toEqual([{ TrainingJobName: "a" }]);
  expect(aws.inputs("ListTrainingJobs")).toEqual([{ MaxResults: 5 }]);
  session.close();
});

test("asks again when throttled, and gives up after maxAttempts", async () => {
  aws.on("ListModels", (_input, count) =>
    count < 2 ? new Refusal(400, "ThrottlingException", "Rate exceeded") : { Models: [] },
  );
  const session = await aws.session({ maxAttempts: 3 });
  await session.send("sagemaker", "ListModels", {});
  expect(aws.inputs("ListModels")).toHaveLength(3);

  aws.on("ListEndpoints", () => new Refusal(400, "ThrottlingException", "Rate exceeded"));
  const error = await session.send("sagemaker", "ListEndpoints", {}).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(AwsRequestError);
  expect(isTransient(error)).toBe(true);
  expect(aws.inputs("ListEndpoints")).toHaveLength(3);
});

test("an error names service, operation, code, status and request", async () => {
  aws.on("DescribeEndpoint", () => missing('endpoint "arn:aws:x"'));
  const session = await aws.session();
  const error = await session
    .send("sagemaker", "DescribeEndpoint", { EndpointName: "x" })
    .catch((thrown) => thrown);
  expect(error).toMatchObject({
    name: "AwsRequestError",
    service: "sagemaker",
    operation: "DescribeEndpoint",
    code: "ValidationException",
    statusCode: 400,
    requestId: "request-1",
  });
  expect(error.message).toBe(
    'sagemaker DescribeEndpoint failed (ValidationException, 400, request request-1): Could not find endpoint "arn:aws:x".',
  );
  expect(isNotFound(error)).toBe(true);
  // Neither the signature nor the sockets are printed with an error.
  expect(inspect(error, { depth: 9 })).not.toMatch(/authorization|Signature=|Socket/i);
  expect(SdkError.isInstance(error)).toBe(true);
});

test("an operation that does not exist is a TypeError", async () => {
  const session = await aws.session();
  await expect(session.send("sagemaker", "MakeCoffee", {})).rejects.toThrow(TypeError);
});

test("an abort before and during a request rejects with the reason and leaves no listener", async () => {
  const reason = new Error("enough");
  const session = await aws.session();
  await expect(
    session.send("sagemaker", "ListModels", {}, { signal: AbortSignal.abort(reason) }),
  ).rejects.toBe(reason);

  const controller = new AbortController();
  aws.on("ListModels", () => {
    controller.abort(reason);
    return new Refusal(500, "InternalFailure", "too late");
  });
  await expect(session.send("sagemaker", "ListModels", {}, { signal: controller.signal })).rejects.toBe(
    reason,
  );
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);

  const unused = new AbortController();
  aws.on("ListModels", () => ({ Models: [] }));
  await session.send("sagemaker", "ListModels", {}, { signal: unused.signal });
  expect(getEventListeners(unused.signal, "abort")).toHaveLength(0);
});

test("a request that gets no answer ends at its time-out", async () => {
  const { createServer } = await import("node:net");
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as { port: number };
  const session = await aws.session({ endpointUrl: `http://127.0.0.1:${port}` });
  const error = await session
    .send("sagemaker", "ListModels", {}, { timeoutMs: 100 })
    .catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "RequestTimeout" });
  expect(error.message).toContain("no answer within 0.1 s");
  session.close();
  silent.close();
});

test("credentials from a function are asked for again when they end", async () => {
  aws.on("ListModels", () => ({ Models: [] }));
  let asked = 0;
  const session = await aws.session({
    credentials: async () => {
      asked += 1;
      const expiration = new Date(Date.now() + (asked === 1 ? 1_000 : 3_600_000));
      return { accessKeyId: "AKIDFAKE", secretAccessKey: SECRET, expiration };
    },
  });
  await session.send("sagemaker", "ListModels", {});
  await session.send("sagemaker", "ListModels", {});
  await session.send("sagemaker", "ListModels", {});
  expect(asked).toBe(2);
});

test("a service that is not there is named with its address", async () => {
  const before = process.env.AWS_ENDPOINT_URL;
  process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:2";
  try {
    const session = await aws.session({ endpointUrl: "http://127.0.0.1:1", maxAttempts: 1 });
    await expect(session.send("sagemaker", "ListModels", {})).rejects.toThrow(
      /ECONNREFUSED.*The endpoint is http:\/\/127.0.0.1:1: is local SageMaker still running there\?/s,
    );
  } finally {
    if (before === undefined) delete process.env.AWS_ENDPOINT_URL;
    else process.env.AWS_ENDPOINT_URL = before;
  }
});

test("the AWS clients' notice about Node 20 is not printed, and the environment is left as it was", async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on("warning", listen);
  aws.on("GetCallerIdentity", () => ({ Arn: "arn:aws:sts::1:assumed-role/a/b" }));
  const session = await aws.session();
  await session.send("sts", "GetCallerIdentity", {});
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", listen);
  expect(warnings).toEqual([]);
  expect(process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED).toBeUndefined();
});

test("a limit may be longer than a timer can count, but must be a time", async () => {
  aws.on("ListModels", () => ({ Models: [] }));
  const session = await aws.session();
  for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 40])
    await session.send("sagemaker", "ListModels", {}, { timeoutMs });
  await expect(session.send("sagemaker", "ListModels", {}, { timeoutMs: Number.NaN })).rejects.toThrow(
    InvalidInputError,
  );
  expect(aws.inputs("ListModels")).toHaveLength(2);
});
