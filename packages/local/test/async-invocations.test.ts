import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { CreateEndpointConfigCommand } from "@aws-sdk/client-sagemaker";
import { InvokeEndpointAsyncCommand } from "@aws-sdk/client-sagemaker-runtime";
import { beforeAll, describe, expect, test } from "vitest";
import { createConfig, createEndpoint, useHosting } from "./hosting-support.js";
import { eventually } from "./support.js";

const hosting = useHosting();

describe("asynchronous invocations", () => {
  beforeAll(async () => {
    await hosting.s3.send(new CreateBucketCommand({ Bucket: "async" }));
    await createConfig(hosting.client, "queue", { asyncOutput: "s3://async/out/" });
    await createEndpoint(hosting.client, "queue", "queue");
  });
  let submitted = 0;
  const submit = async (what: object, more: object = {}) => {
    const Key = `in/${++submitted}`;
    await hosting.s3.send(new PutObjectCommand({ Bucket: "async", Key, Body: JSON.stringify(what) }));
    return hosting.runtime.send(
      new InvokeEndpointAsyncCommand({
        EndpointName: "queue",
        InputLocation: `s3://async/${Key}`,
        ContentType: "application/x-command",
        ...more,
      }),
    );
  };
  const createQueue = async (name: string, output: { S3OutputPath: string }) => {
    await hosting.client.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: name,
        ProductionVariants: [
          { VariantName: "v1", ModelName: "queue", InstanceType: "ml.m5.xlarge", InitialInstanceCount: 1 },
        ],
        AsyncInferenceConfig: {
          OutputConfig: { ...output, S3FailurePath: `s3://async/${name}` },
          ClientConfig: { MaxConcurrentInvocationsPerInstance: 1 },
        },
      }),
    );
    await createEndpoint(hosting.client, name, name);
  };
  const read = (uri: string) =>
    eventually(async () => {
      const Key = uri.replace("s3://async/", "");
      const got = await hosting.s3
        .send(new GetObjectCommand({ Bucket: "async", Key }))
        .catch(() => undefined);
      return got && { text: await got.Body!.transformToString(), type: got.ContentType };
    });

  test("lay their output into S3, also when they outlast 60 s", async () => {
    const answer = await submit({ sleep: 1_500, echo: { n: 1 } }, { InferenceId: "möin" });
    expect(answer.InferenceId).toBe("möin");
    expect(answer.$metadata.httpStatusCode).toBe(202);
    const output = await read(answer.OutputLocation!);
    expect(JSON.parse(output.text)).toMatchObject({ n: 1 });
    expect(output.type).toBe("application/json");
  });

  test("lay their failure into S3", async () => {
    const failed = await submit({ status: 422, echo: { why: "text file" } });
    expect((await read(failed.FailureLocation!)).text).toMatch(/client error \(422\).*text file/);
    const lost = await hosting.runtime.send(
      new InvokeEndpointAsyncCommand({ EndpointName: "queue", InputLocation: "s3://async/nothing" }),
    );
    expect((await read(lost.FailureLocation!)).text).toContain("does not exist");
  });

  test("whose output has no place say so in their failure", async () => {
    await createQueue("nowhere", { S3OutputPath: "s3://no-such-bucket/" });
    const { FailureLocation } = await submit({}, { EndpointName: "nowhere" });
    expect((await read(FailureLocation!)).text).toMatch(/cannot be put at s3:\/\/no-such-bucket\/.*exist/);
  });

  test("fail when their process ends with them, and those that wait are kept for the next", async () => {
    await createQueue("mortal", { S3OutputPath: "s3://async/mortal/" });
    const EndpointName = "mortal";
    const fatal = await submit({ die: true }, { EndpointName });
    const waiting = await Promise.all([1, 2, 3, 4].map((n) => submit({ echo: { n } }, { EndpointName })));
    expect((await read(fatal.FailureLocation!)).text).toMatch(/server error \(0\).*connection.*broke/);
    const outputs = await Promise.all(waiting.map(({ OutputLocation }) => read(OutputLocation!)));
    expect(outputs.map(({ text }) => JSON.parse(text).n)).toEqual([1, 2, 3, 4]);
  });

  test("all come back when there are more than the instances take at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => submit({ sleep: 20, echo: { n } })),
    );
    const outputs = await Promise.all(answers.map(({ OutputLocation }) => read(OutputLocation!)));
    expect(outputs.map(({ text }) => JSON.parse(text).n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  test("and synchronous ones are told apart", async () => {
    await expect(hosting.invoke("queue")).rejects.toMatchObject({ name: "ValidationError" });
    const sync = hosting.runtime.send(
      new InvokeEndpointAsyncCommand({ EndpointName: "main", InputLocation: "s3://async/x" }),
    );
    await expect(sync).rejects.toMatchObject({ name: "ValidationError" });
  });
});
