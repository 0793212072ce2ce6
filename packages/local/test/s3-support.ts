import { readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll } from "vitest";
import { eventually, startStub } from "./support.js";

/** The bucket that every test file's server begins with. */
export const Bucket = "test-bucket";

type Store = Awaited<ReturnType<typeof startS3>>;

/** A fresh server for the tests of a file; its members are there when the tests run. */
export function useS3(): Store {
  const store = {} as Store;
  beforeAll(async () => {
    Object.assign(store, await startS3());
  });
  afterAll(() => store.dispose());
  return store;
}

/** A server with one bucket, and short words for what most tests do. */
async function startS3() {
  const stub = await startStub();
  const s3 = new S3Client(stub.config);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const segmentCount = () => readdirSync(path.join(stub.stateDir, "s3/data")).length;
  return {
    ...stub,
    s3,
    /** Puts an object. */
    put: (Key: string, Body: string | Buffer, more = {}) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more })),
    /** The text of an object. */
    async text(Key: string, more = {}) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
      return Body!.transformToString();
    },
    /** Number of files that hold bytes, when it does not change any more: removed ones go a moment later. */
    settledCount: () =>
      eventually(async () => {
        const count = segmentCount();
        await sleep(100);
        return segmentCount() === count ? count : undefined;
      }),
    /** Waits until that many files hold bytes. */
    segmentsBecome: (expected: number) =>
      eventually(() => (segmentCount() === expected ? true : undefined), 5_000),
  };
}
