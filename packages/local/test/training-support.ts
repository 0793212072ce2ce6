import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  type Channel,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import * as tar from "tar";
import { eventually, ROLE, startStub, temporaryFolder } from "./support.js";

/** Bucket of the training jobs' inputs and outputs. */
export const Bucket = "training-bucket";

/** Log group of training jobs. */
export const logGroupName = "/aws/sagemaker/TrainingJobs";

/** A channel of what lies below an S3 prefix. */
export const channel = (ChannelName: string, uri: string, more: object = {}): Channel => ({
  ChannelName,
  ContentType: "application/x-recordio",
  DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: uri, ...more } },
});

/** A job of the stub container. */
export const jobRequest = (
  name: string,
  change: Partial<CreateTrainingJobCommandInput> = {},
): CreateTrainingJobCommandInput => ({
  TrainingJobName: name,
  RoleArn: ROLE,
  AlgorithmSpecification: { TrainingImage: "stub", TrainingInputMode: "File" },
  InputDataConfig: [
    channel("train", `s3://${Bucket}/in/train/`),
    channel("validation", `s3://${Bucket}/in/validation`),
  ],
  OutputDataConfig: { S3OutputPath: `s3://${Bucket}/out/` },
  ResourceConfig: { InstanceType: "ml.p3.2xlarge", InstanceCount: 1, VolumeSizeInGB: 10 },
  StoppingCondition: { MaxRuntimeInSeconds: 3600 },
  ...change,
});

/** A server with something to train on, and its clients. A second of AWS's is 10 ms. */
export async function startTraining() {
  const stub = await startStub({ timeScale: 0.01 });
  const client = new SageMakerClient(stub.config);
  const s3 = new S3Client(stub.config);
  const logs = new CloudWatchLogsClient(stub.config);
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const [Key, Body] of [
    ["in/train/a.rec", "A"],
    ["in/train/deep/b.rec", "B"],
    ["in/train/c.rec", "C"],
    ["in/train_list/l.lst", "L"],
    ["in/validation/v.rec", "V"],
  ] as const) {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  }
  const describeJob = (name: string) =>
    client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
  return {
    ...stub,
    client,
    s3,
    logs,
    describeJob,
    create: (name: string, change?: Partial<CreateTrainingJobCommandInput>) =>
      client.send(new CreateTrainingJobCommand(jobRequest(name, change))),
    /** The job when it has ended. */
    finished: (name: string) =>
      eventually(async () => {
        const job = await describeJob(name);
        return ["Completed", "Failed", "Stopped"].includes(job.TrainingJobStatus!) ? job : undefined;
      }),
    /** An object's text. */
    async readText(Key: string): Promise<string> {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return await Body!.transformToString();
    },
    /** The files of a model archive, by name. */
    async readModel(uri: string): Promise<Record<string, string>> {
      const folder = temporaryFolder();
      const Key = uri.replace(`s3://${Bucket}/`, "");
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const file = path.join(folder, "m.tar.gz");
      writeFileSync(file, await Body!.transformToByteArray());
      const names = execFileSync("tar", ["-tzf", file])
        .toString()
        .split("\n")
        .filter((name) => name && !name.endsWith("/"));
      await tar.extract({ file, cwd: folder });
      const files = names.map((name) => [name, readFileSync(path.join(folder, name), "utf8")] as const);
      rmSync(folder, { recursive: true });
      return Object.fromEntries(files);
    },
  };
}

export type Training = Awaited<ReturnType<typeof startTraining>>;
