import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, test } from "vitest";
import { Bucket, useS3 } from "./s3-support.js";

const store = useS3();

describe("signatures", () => {
  test("of another secret, of nobody, and of a changed presigned URL are refused", async () => {
    const thief = new S3Client({
      ...store.config,
      credentials: { accessKeyId: "sightline", secretAccessKey: "guess" },
    });
    await expect(thief.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
    });
    const stranger = new S3Client({
      ...store.config,
      credentials: { accessKeyId: "who", secretAccessKey: "guess" },
    });
    await expect(stranger.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: "InvalidAccessKeyId",
    });
    expect((await fetch(`${store.local.url}/${Bucket}/digits`)).status).toBe(403);
  });

  test("hold for query names that are the beginning of others", async () => {
    const client = new S3Client(store.config);
    client.middlewareStack.add(
      (next) => (args) => {
        const { query } = args.request as { query: Record<string, string> };
        Object.assign(query, { "x-a": "1", "x-a-b": "2", "x-a.": "3", "x-a1": "4", "x-": "5" });
        return next(args);
      },
      { step: "build" },
    );
    await client.send(new ListBucketsCommand({}));
  });

  test("of presigned URLs let a plain client put and get until they expire", async () => {
    const putUrl = await getSignedUrl(store.s3, new PutObjectCommand({ Bucket, Key: "signed key" }), {
      expiresIn: 60,
    });
    expect((await fetch(putUrl, { method: "PUT", body: "by url" })).status).toBe(200);
    const getUrl = await getSignedUrl(store.s3, new GetObjectCommand({ Bucket, Key: "signed key" }), {
      expiresIn: 60,
    });
    expect(await (await fetch(getUrl)).text()).toBe("by url");
    expect((await fetch(getUrl.replace("signed%20key", "digits"))).status).toBe(403);
    const old = await getSignedUrl(store.s3, new GetObjectCommand({ Bucket, Key: "signed key" }), {
      expiresIn: 60,
      signingDate: new Date(Date.now() - 120_000),
    });
    expect(await (await fetch(old)).text()).toContain("Request has expired");
  });

  test("do not open what is not implemented: the answer is typed XML that names the operation", async () => {
    const { GetBucketPolicyCommand } = await import("@aws-sdk/client-s3");
    await expect(store.s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
      name: "NotImplemented",
      message: expect.stringContaining("?policy"),
    });
  });
});
