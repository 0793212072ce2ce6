import { createHash, randomBytes } from "node:crypto";
import { renameSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, test } from "vitest";
import { Bucket, useS3 } from "./s3-support.js";

const store = useS3();

describe("objects", () => {
  test("give back bytes, type, metadata and the checksum that was sent", async () => {
    const body = randomBytes(300_000);
    const sent = await store.put("round/trip.bin", body, {
      ContentType: "image/png",
      CacheControl: "no-cache",
      Metadata: { subject: "p012" },
      Tagging: "a=1&b=2",
    });
    expect(sent.ETag).toBe(`"${createHash("md5").update(body).digest("hex")}"`);
    const got = await store.s3.send(
      new GetObjectCommand({ Bucket, Key: "round/trip.bin", ChecksumMode: "ENABLED" }),
    );
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(body)).toBe(true);
    expect(got).toMatchObject({
      ContentType: "image/png",
      CacheControl: "no-cache",
      Metadata: { subject: "p012" },
      ContentLength: 300_000,
      TagCount: 2,
      ChecksumCRC32: sent.ChecksumCRC32,
    });
    const tags = await store.s3.send(new GetObjectTaggingCommand({ Bucket, Key: "round/trip.bin" }));
    expect(tags.TagSet).toEqual([
      { Key: "a", Value: "1" },
      { Key: "b", Value: "2" },
    ]);
  });

  test.each(["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const)(
    "are checked against a %s trailer of an aws-chunked body",
    async (ChecksumAlgorithm) => {
      const body = randomBytes(200_001);
      const Body = Readable.from([body.subarray(0, 70_000), body.subarray(70_000)]);
      await store.s3.send(
        new PutObjectCommand({
          Bucket,
          Key: ChecksumAlgorithm,
          Body,
          ContentLength: body.length,
          ChecksumAlgorithm,
        }),
      );
      const got = await store.s3.send(
        new GetObjectCommand({ Bucket, Key: ChecksumAlgorithm, ChecksumMode: "ENABLED" }),
      );
      expect(Buffer.from(await got.Body!.transformToByteArray()).equals(body)).toBe(true);
      expect(got[`Checksum${ChecksumAlgorithm}`]).toMatch(/=$/);
    },
  );

  test("are refused when the checksum does not fit, and leave nothing behind", async () => {
    const before = await store.settledCount();
    await expect(store.put("bad", "hello", { ChecksumCRC32: "AAAAAA==" })).rejects.toMatchObject({
      name: "BadDigest",
    });
    await expect(store.put("bad", "hello", { ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" })).rejects.toMatchObject(
      {
        name: "BadDigest",
      },
    );
    await expect(store.text("bad")).rejects.toMatchObject({ name: "NoSuchKey" });
    await store.segmentsBecome(before);
  });

  test("keep keys with spaces, plus, slashes, dots, percent and characters beyond ASCII", async () => {
    for (const key of ["a b+c", "..//x/../y", "100%", "ünï/日本😀.txt", "q?a=b&c#d", "<&>'\""]) {
      await store.put(key, key);
      expect(await store.text(key)).toBe(key);
    }
  });

  test("answer ranges, suffix ranges and 416", async () => {
    await store.put("digits", "0123456789");
    expect(await store.text("digits", { Range: "bytes=2-4" })).toBe("234");
    expect(await store.text("digits", { Range: "bytes=-3" })).toBe("789");
    expect(await store.text("digits", { Range: "bytes=7-" })).toBe("789");
    const part = await store.s3.send(new GetObjectCommand({ Bucket, Key: "digits", Range: "bytes=2-400" }));
    expect(part.ContentRange).toBe("bytes 2-9/10");
    await expect(store.text("digits", { Range: "bytes=10-" })).rejects.toMatchObject({
      name: "InvalidRange",
    });
  });

  test("obey conditions on reading and writing", async () => {
    const { ETag } = await store.put("once", "1", { IfNoneMatch: "*" });
    await expect(store.put("once", "2", { IfNoneMatch: "*" })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await expect(store.put("once", "2", { IfMatch: '"nope"' })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await store.put("once", "3", { IfMatch: ETag });
    expect(await store.text("once")).toBe("3");
    const head = await store.s3.send(new HeadObjectCommand({ Bucket, Key: "once" }));
    const unchanged = store.s3.send(new GetObjectCommand({ Bucket, Key: "once", IfNoneMatch: head.ETag! }));
    await expect(unchanged).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  });

  test("only one of many writers that want to be first wins", async () => {
    const writers = Array.from({ length: 8 }, (_, index) =>
      store.put("race", `writer ${index}`, { IfNoneMatch: "*" }),
    );
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("are copied with or without their metadata", async () => {
    await store.put("source key", "copied", { Metadata: { a: "1" }, ContentType: "text/plain" });
    await store.s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/source%20key` }));
    const head = await store.s3.send(new HeadObjectCommand({ Bucket, Key: "copy" }));
    expect(head).toMatchObject({ Metadata: { a: "1" }, ContentType: "text/plain" });
    await store.s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: "copy",
        CopySource: `${Bucket}/copy`,
        MetadataDirective: "REPLACE",
        Metadata: { b: "2" },
      }),
    );
    expect((await store.s3.send(new HeadObjectCommand({ Bucket, Key: "copy" }))).Metadata).toEqual({
      b: "2",
    });
    expect(await store.text("copy")).toBe("copied");
    const toItself = store.s3.send(
      new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/copy` }),
    );
    await expect(toItself).rejects.toMatchObject({ name: "InvalidRequest" });
  });

  test("are copied onto themselves to change their storage class, which no copy takes over", async () => {
    await store.put("class", "x", { StorageClass: "STANDARD_IA", Metadata: { a: "1" } });
    const copy = async (Key: string, more = {}) => {
      await store.s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/class`, ...more }));
      return store.s3.send(new HeadObjectCommand({ Bucket, Key }));
    };
    expect((await copy("class copy")).StorageClass).toBeUndefined();
    expect(await copy("class", { StorageClass: "GLACIER_IR" })).toMatchObject({
      StorageClass: "GLACIER_IR",
      Metadata: { a: "1" },
    });
    expect((await copy("class", { ServerSideEncryption: "AES256" })).StorageClass).toBeUndefined();
    expect(await store.text("class")).toBe("x");
  });

  test("that cannot be stored are a 500, after which the same connection goes on", async () => {
    const data = path.join(store.stateDir, "s3/data");
    renameSync(data, `${data}.away`);
    await expect(store.put("fault", "x")).rejects.toMatchObject({ name: "InternalError" });
    renameSync(`${data}.away`, data);
    await store.put("fault", "x");
    expect(await store.text("fault")).toBe("x");
  });

  test("keep tags of any name", async () => {
    await store.put("names", "x", { Tagging: "__proto__=b" });
    const { TagSet } = await store.s3.send(new GetObjectTaggingCommand({ Bucket, Key: "names" }));
    expect(TagSet).toEqual([{ Key: "__proto__", Value: "b" }]);
  });

  test("refuse an answer's header that no header can carry", async () => {
    await store.put("header", "x");
    const read = (ResponseContentDisposition: string) => store.text("header", { ResponseContentDisposition });
    expect(await read('attachment; filename="é.txt"')).toBe("x");
    await expect(read("attachment; filename=€.txt")).rejects.toMatchObject({ name: "InvalidArgument" });
    await expect(read("a\r\nb: c")).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  test("that are empty have an empty first part, of no range", async () => {
    await store.put("empty", "");
    const head = await store.s3.send(new HeadObjectCommand({ Bucket, Key: "empty", PartNumber: 1 }));
    expect([head.ContentLength, head.ContentRange]).toEqual([0, undefined]);
  });

  test("can be overwritten and deleted while somebody reads them", async () => {
    const body = randomBytes(8 << 20);
    await store.put("read me", body);
    const { Body } = await store.s3.send(new GetObjectCommand({ Bucket, Key: "read me" }));
    await store.put("read me", "new");
    await store.s3.send(new DeleteObjectCommand({ Bucket, Key: "read me" }));
    expect(Buffer.from(await Body!.transformToByteArray()).equals(body)).toBe(true);
  });

  test("are not changed by an upload that breaks off", async () => {
    await store.put("steady", "before");
    const url = await getSignedUrl(store.s3, new PutObjectCommand({ Bucket, Key: "steady" }));
    const before = await store.settledCount();
    await new Promise<void>((resolve) => {
      const request = http.request(url, { method: "PUT", headers: { "content-length": 1_000_000 } });
      request.once("error", () => resolve());
      request.write(Buffer.alloc(100_000));
      setTimeout(() => request.destroy(), 100);
    });
    expect(await store.text("steady")).toBe("before");
    await store.segmentsBecome(before);
  });
});
