import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { startStub } from "./support.js";

/** Bucket of the jobs' inputs and outputs. */
export const Bucket = "job-bucket";

/** How a job may end. */
export const ended: readonly string[] = ["Completed", "Failed", "Stopped"];

/** A server with objects for jobs to work on, and its clients. Limits are a fiftieth of AWS's. */
export async function startJobs() {
  const stub = await startStub({ timeScale: 0.02 });
  const client = new SageMakerClient(stub.config);
  const s3 = new S3Client(stub.config);
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const name of ["a", "b", "c"]) {
    await s3.send(new PutObjectCommand({ Bucket, Key: `pictures/${name}.jpg`, Body: name.repeat(5) }));
  }
  await s3.send(
    new PutObjectCommand({ Bucket, Key: "lines/x.jsonl", Body: '{"n":1}\n{"n":22}\n{"n":333}\n' }),
  );
  return {
    ...stub,
    client,
    s3,
    /** An object's text. */
    async read(Key: string): Promise<string> {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return Body!.transformToString();
    },
    async keysBelow(Prefix: string): Promise<(string | undefined)[]> {
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
      return (Contents ?? []).map(({ Key }) => Key);
    },
  };
}

export type Jobs = Awaited<ReturnType<typeof startJobs>>;
