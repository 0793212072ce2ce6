import http from "node:http";
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, test } from "vitest";
import { Bucket, useS3 } from "./s3-support.js";

const store = useS3();

describe("encryption", () => {
  test("that is asked for is named in every answer to a write", async () => {
    const encryption = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: "key-1" } as const;
    expect(await store.put("kms", "x", encryption)).toMatchObject(encryption);
    const target = { Bucket, Key: "kms parts" };
    const { UploadId, ...created } = await store.s3.send(
      new CreateMultipartUploadCommand({ ...target, ...encryption }),
    );
    expect(created).toMatchObject(encryption);
    const part = new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: "x" });
    expect(await store.s3.send(part)).toMatchObject(encryption);
    expect(await store.s3.send(new HeadObjectCommand({ Bucket, Key: "kms" }))).toMatchObject(encryption);
    expect((await store.put("plain", "x")).ServerSideEncryption).toBeUndefined();
  });

  test("with a key of the customer's own is refused: it would lie here unencrypted", async () => {
    const key = { SSECustomerAlgorithm: "AES256", SSECustomerKey: "AABBCCDDAABBCCDDAABBCCDDAABBCCDD" };
    await expect(store.put("secret", "x", key)).rejects.toMatchObject({
      name: "NotImplemented",
      message: expect.stringContaining("SSE-C"),
    });
    await expect(store.text("plain", key)).rejects.toMatchObject({ name: "NotImplemented" });
  });

  test.each([
    { ServerSideEncryption: "rot13" },
    { ServerSideEncryption: "AES256", SSEKMSKeyId: "key-1" },
    { SSEKMSKeyId: "key-1" },
  ])("that cannot be is refused: %j", async (members) => {
    await expect(store.put("x", "x", members)).rejects.toMatchObject({ name: "InvalidArgument" });
  });
});

test.each([
  [{ ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: new Date(2 ** 42) }, "NotImplemented"],
  [{ ObjectLockLegalHoldStatus: "ON" }, "NotImplemented"],
  [{ ACL: "public-read" }, "AccessControlListNotSupported"],
  [{ GrantRead: "id=1" }, "AccessControlListNotSupported"],
])("%j is refused: the object would lie here without it", async (members, name) => {
  await expect(store.put("unlocked", "x", members)).rejects.toMatchObject({ name });
  await store.put("own", "x", { ACL: "bucket-owner-full-control" });
});

describe("conditions of deletion", () => {
  test("keep an object that is another than the one meant", async () => {
    const { ETag } = await store.put("meant", "x");
    const remove = (condition: string | undefined) =>
      store.s3.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "meant", ETag: condition }] } }),
      );
    expect((await remove('"other"')).Errors).toMatchObject([{ Key: "meant", Code: "PreconditionFailed" }]);
    expect(await store.text("meant")).toBe("x");
    await expect(
      store.s3.send(new DeleteObjectCommand({ Bucket, Key: "meant", IfMatch: '"other"' })),
    ).rejects.toMatchObject({ name: "PreconditionFailed" });
    expect((await remove(ETag)).Deleted).toMatchObject([{ Key: "meant" }]);
    // Gone already: that is what was wanted.
    expect((await remove(ETag)).Errors).toBeUndefined();
  });

  test("that only directory buckets know are refused, not ignored", async () => {
    await store.put("size", "x");
    const objects = [{ Key: "size", Size: 5 }];
    const result = await store.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: objects } }));
    expect(result.Errors).toMatchObject([{ Key: "size", Code: "NotImplemented" }]);
    const one = new DeleteObjectCommand({ Bucket, Key: "size", IfMatchSize: 5 });
    await expect(store.s3.send(one)).rejects.toMatchObject({ name: "NotImplemented" });
    expect(await store.text("size")).toBe("x");
  });
});

describe("tags", () => {
  const longest = { Key: "k".repeat(128), Value: "v".repeat(256) };

  test("of the longest kind are kept, in the order of their keys", async () => {
    await store.put("tags", "x", { Tagging: `b=2&a&${longest.Key}=${longest.Value}` });
    const { TagSet } = await store.s3.send(new GetObjectTaggingCommand({ Bucket, Key: "tags" }));
    expect(TagSet).toEqual([{ Key: "a", Value: "" }, { Key: "b", Value: "2" }, longest]);
  });

  test.each([
    ["a key that is too long", [{ Key: `${longest.Key}k`, Value: "" }], "InvalidTag"],
    ["a value that is too long", [{ Key: "a", Value: `${longest.Value}v` }], "InvalidTag"],
    [
      "a key twice",
      [
        { Key: "a", Value: "1" },
        { Key: "a", Value: "2" },
      ],
      "InvalidTag",
    ],
    ["AWS's own prefix", [{ Key: "aws:a", Value: "" }], "InvalidTag"],
    ["a character that none may have", [{ Key: "a", Value: "<" }], "InvalidTag"],
    ["eleven", Array.from({ length: 11 }, (_, index) => ({ Key: `${index}`, Value: "" })), "BadRequest"],
  ])("are refused for %s", async (_what, TagSet, name) => {
    await store.put("untagged", "x");
    const tagging = new PutObjectTaggingCommand({ Bucket, Key: "untagged", Tagging: { TagSet } });
    await expect(store.s3.send(tagging)).rejects.toMatchObject({ name });
    const header = TagSet.map(({ Key, Value }) => `${Key}=${encodeURIComponent(Value)}`).join("&");
    await expect(store.put("untagged", "y", { Tagging: header })).rejects.toMatchObject({
      name: _what === "a key twice" ? "InvalidArgument" : name,
    });
    expect(await store.text("untagged")).toBe("x");
  });
});

test("a storage class that S3 has not is refused, and the usual one is not named", async () => {
  await expect(store.put("class", "x", { StorageClass: "COLD" })).rejects.toMatchObject({
    name: "InvalidStorageClass",
  });
  await store.put("class", "x", { StorageClass: "STANDARD" });
  expect((await store.s3.send(new HeadObjectCommand({ Bucket, Key: "class" }))).StorageClass).toBeUndefined();
});

test.each([
  ["bytes=0-21", "InvalidRange"],
  ["bytes=2-", "InvalidArgument"],
  ["bytes=-2", "InvalidArgument"],
])("a part is not copied from the range %s of five bytes", async (CopySourceRange, name) => {
  await store.put("five", "12345");
  const { UploadId } = await store.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "part" }));
  const copy = { Bucket, Key: "part", UploadId, PartNumber: 1, CopySource: `${Bucket}/five` };
  await expect(store.s3.send(new UploadPartCopyCommand({ ...copy, CopySourceRange }))).rejects.toMatchObject({
    name,
  });
});

test("versioning is refused by name", async () => {
  const versioning = new PutBucketVersioningCommand({
    Bucket,
    VersioningConfiguration: { Status: "Enabled" },
  });
  await expect(store.s3.send(versioning)).rejects.toMatchObject({
    name: "NotImplemented",
    message: expect.stringContaining("?versioning"),
  });
});

test("a client that breaks off its upload leaves no word in the log", async () => {
  const url = await getSignedUrl(store.s3, new PutObjectCommand({ Bucket, Key: "broken off" }));
  const before = await store.settledCount();
  const request = http.request(url, { method: "PUT", headers: { "content-length": 1_000_000 } });
  const broken = new Promise<void>((resolve) => request.once("error", () => resolve()));
  request.write(Buffer.alloc(100_000));
  await store.segmentsBecome(before + 1);
  request.destroy();
  await broken;
  await store.segmentsBecome(before);
  expect(store.messages.filter((message) => message.includes("broken"))).toEqual([]);
});
