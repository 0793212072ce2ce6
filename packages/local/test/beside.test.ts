import { createServer } from "node:http";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { S3 } from "@aws-sdk/client-s3";
import { SageMaker } from "@aws-sdk/client-sagemaker";
import { SageMakerRuntime } from "@aws-sdk/client-sagemaker-runtime";
import { SNS } from "@aws-sdk/client-sns";
import { type Beside, EmulatorUnreachableError, type LocalSageMaker, MiniStackError } from "@sightline/local";
import { afterEach, describe, expect, test } from "vitest";
import { createConfig, putModel, settled } from "./hosting-support.js";
import { cleanUp, eventually, folder, later, ROLE, startStub } from "./support.js";
import { channel } from "./training-support.js";

afterEach(cleanUp);

/** A server beside an emulator, and clients that are made of nothing but the variables that it prints. */
async function startBeside(beside: Beside, stateDir?: string) {
  const stub = await startStub({ timeScale: 0.01, beside, ...(stateDir === undefined ? {} : { stateDir }) });
  const { env } = stub.local;
  const config = {
    region: env.AWS_REGION!,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID!, secretAccessKey: env.AWS_SECRET_ACCESS_KEY! },
  };
  const emulator = { ...config, endpoint: env.AWS_ENDPOINT_URL! };
  return {
    ...stub,
    emulator,
    s3: new S3({ ...emulator, endpoint: env.AWS_ENDPOINT_URL_S3!, forcePathStyle: true }),
    sagemaker: new SageMaker({ ...config, endpoint: env.AWS_ENDPOINT_URL_SAGEMAKER! }),
    runtime: new SageMakerRuntime({ ...config, endpoint: env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME! }),
    logs: new CloudWatchLogsClient({ ...config, endpoint: env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS! }),
  };
}

type Stack = Awaited<ReturnType<typeof startBeside>>;

/** Trains on the emulator's objects, deploys from its archive and invokes; every object is read from its S3. */
async function trainAndServe({ s3, sagemaker, runtime, logs }: Stack, notify: object = {}) {
  await s3.createBucket({ Bucket: "roads" });
  for (const name of ["a", "b"]) await s3.putObject({ Bucket: "roads", Key: `in/train/${name}`, Body: name });
  await sagemaker.createTrainingJob({
    TrainingJobName: "beside",
    RoleArn: ROLE,
    AlgorithmSpecification: { TrainingImage: "stub", TrainingInputMode: "File" },
    InputDataConfig: [channel("train", "s3://roads/in/train/")],
    OutputDataConfig: { S3OutputPath: "s3://roads/out/" },
    ResourceConfig: { InstanceType: "ml.p3.2xlarge", InstanceCount: 1, VolumeSizeInGB: 10 },
    StoppingCondition: { MaxRuntimeInSeconds: 3600 },
  });
  const job = await eventually(async () => {
    const seen = await sagemaker.describeTrainingJob({ TrainingJobName: "beside" });
    return /ing$|InProgress/.test(seen.TrainingJobStatus!) ? undefined : seen;
  }, 60_000);
  expect(job.FailureReason).toBeUndefined();
  const archive = await s3.headObject({ Bucket: "roads", Key: "out/beside/output/model.tar.gz" });
  expect(archive.ContentLength).toBeGreaterThan(0);
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
  expect(logGroups?.map(({ logGroupName }) => logGroupName)).toContain("/aws/sagemaker/TrainingJobs");

  const uri = await putModel(s3, "ours");
  await createConfig(sagemaker, "queue", { uri, asyncOutput: "s3://roads/async/", notify });
  await sagemaker.createEndpoint({ EndpointName: "queue", EndpointConfigName: "queue" });
  expect((await settled(sagemaker, "queue")).EndpointStatus).toBe("InService");
  await s3.putObject({ Bucket: "roads", Key: "in/request.json", Body: '{"echo":{"n":1}}' });
  const invoke = (key: string) =>
    runtime.invokeEndpointAsync({
      EndpointName: "queue",
      InputLocation: `s3://roads/${key}`,
      ContentType: "application/x-command",
      InferenceId: key,
    });
  const { OutputLocation: output } = await invoke("in/request.json");
  const text = await eventually(async () => {
    const Key = output!.replace("s3://roads/", "");
    const got = await s3.getObject({ Bucket: "roads", Key }).catch(() => undefined);
    return got?.Body?.transformToString();
  });
  expect(JSON.parse(text)).toMatchObject({ n: 1 });
  await invoke("in/nothing.json");
  return output;
}

describe("beside another server's S3", () => {
  test("jobs, models and asynchronous invocations read and write there, and nothing here", async () => {
    const credentials = { accessKeyId: "000000000000", secretAccessKey: "sightline-local" };
    const other = await startStub({ credentials });
    later(other.dispose);
    const stack = await startBeside({ url: `${other.local.url}/` });
    later(stack.dispose);
    expect(stack.local.besideUrl).toBe(other.local.url);
    await trainAndServe(stack, { SuccessTopic: "arn:aws:sns:us-east-1:000000000000:done" });
    const own = new S3({ ...stack.emulator, endpoint: stack.local.url, forcePathStyle: true });
    await expect(own.listBuckets()).rejects.toMatchObject({ name: "NotImplemented" });
    await expect(own.listBuckets()).rejects.toThrow(`AWS_ENDPOINT_URL_S3 to ${other.local.url}`);
    // This one has neither topics nor a bus: whoever waits for them finds out why, and no job fails of it.
    for (const told of [
      /The topic .*:done was not told of in\/request\.json/,
      /The event bus .* was not told of .*training-job\/beside/,
    ]) {
      await eventually(() => stack.messages.find((message) => told.test(message)));
    }
  });

  test("without an answer the server does not start, and says where it looked", async () => {
    const gone = startStub({ beside: { url: "http://127.0.0.1:9" } });
    await expect(gone).rejects.toThrow(EmulatorUnreachableError);
    await expect(gone).rejects.toThrow(/127\.0\.0\.1:9: .*ECONNREFUSED.*--with ministack/s);
    await expect(startStub({ beside: { url: "localhost:4566" } })).rejects.toThrow(RangeError);
  });
});

/** Everything that SNS posts to a listener, by topic. */
async function listen(sns: SNS) {
  const got: { topic: string; message: Record<string, never> & { detail?: Record<string, unknown> } }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    response.end();
    const { Type, TopicArn, Token, Message } = JSON.parse(body);
    if (Type === "SubscriptionConfirmation") await sns.confirmSubscription({ TopicArn, Token });
    if (Type === "Notification") got.push({ topic: TopicArn, message: JSON.parse(Message) });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  later(() => new Promise((resolve) => server.close(resolve)));
  return { got, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/` };
}

/** MiniStack, where PyPI can be reached. */
async function withMiniStack(skip: (note: string) => void, stateDir?: string): Promise<Stack> {
  try {
    return await startBeside({ install: "ministack" }, stateDir);
  } catch (error) {
    if (error instanceof MiniStackError && error.message.includes("could not be installed"))
      skip(error.message);
    throw error;
  }
}

describe("with MiniStack", () => {
  test("topics and event bus are told, and all is there again after a restart", async ({ skip }) => {
    const stateDir = folder();
    const stack = await withMiniStack(skip, stateDir);
    let running: LocalSageMaker | undefined = stack.local;
    later(() => running?.close());
    const sns = new SNS(stack.emulator);
    const { got, url } = await listen(sns);
    const topic = async (Name: string) => {
      const { TopicArn } = await sns.createTopic({ Name });
      await sns.subscribe({ TopicArn, Protocol: "http", Endpoint: url });
      await eventually(async () => {
        const { Subscriptions: all = [] } = await sns.listSubscriptionsByTopic({ TopicArn });
        return all.some(({ SubscriptionArn: arn }) => arn?.startsWith(`${TopicArn}:`)) ? true : undefined;
      });
      return TopicArn!;
    };
    const [success, failure, changes] = [await topic("done"), await topic("failed"), await topic("changes")];
    const bus = new EventBridge(stack.emulator);
    const pattern = { source: ["aws.sagemaker", "sightline.sagemaker"] };
    await bus.putRule({ Name: "sagemaker", EventPattern: JSON.stringify(pattern) });
    await bus.putTargets({ Rule: "sagemaker", Targets: [{ Id: "topic", Arn: changes }] });

    const output = await trainAndServe(stack, { SuccessTopic: success, ErrorTopic: failure });

    const told = (arn: string) => got.filter(({ topic }) => topic === arn).map(({ message }) => message);
    await eventually(() => (told(success).length > 0 && told(failure).length > 0 ? true : undefined));
    expect(told(success)).toEqual([
      expect.objectContaining({
        invocationStatus: "Completed",
        inferenceId: "in/request.json",
        requestParameters: {
          contentType: "application/x-command",
          endpointName: "queue",
          inputLocation: "s3://roads/in/request.json",
        },
        responseParameters: { contentType: "application/json", outputLocation: output },
        eventName: "InferenceResult",
      }),
    ]);
    expect(told(failure)).toEqual([
      expect.objectContaining({
        invocationStatus: "Failed",
        inferenceId: "in/nothing.json",
        failureReason: "The input s3://roads/in/nothing.json does not exist.",
      }),
    ]);
    const states = () =>
      told(changes).map((event) => {
        const { detail = {}, "detail-type": type } = event as {
          detail?: Record<string, unknown>;
          "detail-type"?: string;
        };
        return `${type}: ${detail.SecondaryStatus ?? detail.EndpointStatus}`;
      });
    await eventually(() =>
      states().includes("SageMaker Endpoint State Change: IN_SERVICE") ? true : undefined,
    );
    expect(new Set(states())).toEqual(
      new Set([
        ...["Starting", "Downloading", "Training", "Uploading", "Completed"].map(
          (state) => `SageMaker Training Job State Change: ${state}`,
        ),
        "SageMaker Endpoint State Change: CREATING",
        "SageMaker Endpoint State Change: IN_SERVICE",
      ]),
    );

    running = undefined;
    await stack.local.close();
    const again = await withMiniStack(skip, stateDir);
    running = again.local;
    expect((await settled(again.sagemaker, "queue")).EndpointStatus).toBe("InService");
    const { Buckets: buckets } = await again.s3.listBuckets();
    expect(buckets?.map(({ Name }) => Name)).toContain("roads");
    expect((await new SNS(again.emulator).listTopics()).Topics).toContainEqual({ TopicArn: success });
  });
});
