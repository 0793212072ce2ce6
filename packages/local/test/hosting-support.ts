import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  type ProductionVariant,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import * as tar from "tar";
import { afterAll, beforeAll } from "vitest";
import { eventually, ROLE, startStub, temporaryFolder } from "./support.js";

/** Puts a stub model whose answer is `answer` into S3 and returns its URI. */
export async function putModel(s3: S3Client, answer: string): Promise<string> {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, "model/deep"), { recursive: true });
  writeFileSync(path.join(folder, "model/deep/answer.txt"), answer);
  const file = path.join(folder, "model.tar.gz");
  await tar.create({ gzip: true, file, cwd: path.join(folder, "model") }, ["deep"]);
  await s3.send(new CreateBucketCommand({ Bucket: "models" }));
  await s3.send(
    new PutObjectCommand({ Bucket: "models", Key: `${answer}/model.tar.gz`, Body: readFileSync(file) }),
  );
  rmSync(folder, { recursive: true });
  return `s3://models/${answer}/model.tar.gz`;
}

/** Makes a model and an endpoint config of the same name. */
export async function createConfig(
  client: SageMakerClient,
  name: string,
  model: { uri?: string; env?: Record<string, string>; asyncOutput?: string; notify?: object },
  variants: Partial<ProductionVariant>[] = [{}],
): Promise<void> {
  await client.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: ROLE,
      PrimaryContainer: { Image: "stub", ModelDataUrl: model.uri, Environment: model.env },
    }),
  );
  await client.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: variants.map((variant, index) => ({
        VariantName: `v${index + 1}`,
        ModelName: name,
        InstanceType: "ml.m5.xlarge",
        InitialInstanceCount: 1,
        ...variant,
      })),
      ...(model.asyncOutput === undefined
        ? {}
        : {
            AsyncInferenceConfig: {
              OutputConfig: {
                S3OutputPath: model.asyncOutput,
                S3FailurePath: `${model.asyncOutput}failed/`,
                ...(model.notify === undefined ? {} : { NotificationConfig: model.notify }),
              },
            },
          }),
    }),
  );
}

/** Creates an endpoint and waits until it is settled. */
export async function createEndpoint(client: SageMakerClient, name: string, config: string) {
  await client.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: config }));
  return settled(client, name);
}

/** Waits until an endpoint is neither being created, updated nor rolled back. */
export function settled(client: SageMakerClient, name: string): Promise<DescribeEndpointCommandOutput> {
  return eventually(async () => {
    const endpoint = await client.send(new DescribeEndpointCommand({ EndpointName: name }));
    return /ing$|^RollingBack$/.test(endpoint.EndpointStatus ?? "") ? undefined : endpoint;
  }, 60_000);
}

/** A server whose endpoints are tried, with its clients. Limits and periods are a fiftieth of AWS's by default. */
async function startHosting(timeScale = 0.02) {
  const stub = await startStub({ timeScale });
  const client = new SageMakerClient(stub.config);
  const runtime = new SageMakerRuntimeClient(stub.config);
  const s3 = new S3Client(stub.config);
  const invoke = async (EndpointName: string, Body: string | Uint8Array = "hello", more: object = {}) => {
    const answer = await runtime.send(
      new InvokeEndpointCommand({ EndpointName, Body, ContentType: "text/plain", ...more }),
    );
    return { ...answer, json: JSON.parse(new TextDecoder().decode(answer.Body)) };
  };
  /** Has the stub do something: see stub/serve.mjs. */
  const command = (EndpointName: string, what: object) =>
    invoke(EndpointName, JSON.stringify(what), { ContentType: "application/x-command" });
  return { ...stub, client, runtime, s3, invoke, command };
}

/** Makes endpoint `main`, served by config `one`. */
async function mainEndpoint({ client }: Hosting): Promise<void> {
  await createConfig(client, "one", {});
  await createEndpoint(client, "main", "one");
}

/** A server for a test file, with what `prepare` makes in it; it ends with the file. */
export function useHosting(prepare: (hosting: Hosting) => Promise<void> = mainEndpoint, timeScale?: number) {
  const hosting = {} as Hosting;
  beforeAll(async () => {
    Object.assign(hosting, await startHosting(timeScale));
    await prepare(hosting);
  });
  afterAll(() => hosting.dispose());
  return hosting;
}

type Hosting = Awaited<ReturnType<typeof startHosting>>;
