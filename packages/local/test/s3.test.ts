import { createHash, randomBytes } from "node:crypto";
import { createReadStream, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, startStub, temporaryFolder } from "./support.js";

let stub: Awaited<ReturnType<typeof startStub>>;
let s3: S3Client;
const Bucket = "test-bucket";

beforeAll(async () => {
  stub = await startStub();
  s3 = new S3Client(stub.config);
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => stub.dispose());

const put = (Key: string, Body: string | Buffer, more = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const text = async (Key: string, more = {}) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Body!.transformToString();
};
/** Number of files that hold bytes, once it is `expected`: removed ones go a moment later. */
const segmentCount = () => readdirSync(path.join(stub.stateDir, "s3/data")).length;
const settledCount = () =>
  eventually(async () => {
    const count = segmentCount();
    await new Promise((resolve) => setTimeout(resolve, 100));
    return segmentCount() === count ? count : undefined;
  });
const segmentsBecome = (expected: number) =>
  eventually(() => (segmentCount() === expected ? true : undefined), 5_000);

describe("objects", () => {
  test("give back bytes, type, metadata and the checksum that was sent", async () => {
    const body = randomBytes(300_000);
    const sent = await put("round/trip.bin", body, {
      ContentType: "image/png",
      CacheControl: "no-cache",
      Metadata: { subject: "p012" },
      Tagging: "a=1&b=2",
    });
    expect(sent.ETag).toBe(`"${createHash("md5").update(body).digest("hex")}"`);
    const got = await s3.send(
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
    const tags = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: "round/trip.bin" }));
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
      await s3.send(
        new PutObjectCommand({
          Bucket,
          Key: ChecksumAlgorithm,
          Body,
          ContentLength: body.length,
          ChecksumAlgorithm,
        }),
      );
      const got = await s3.send(
        new GetObjectCommand({ Bucket, Key: ChecksumAlgorithm, ChecksumMode: "ENABLED" }),
      );
      expect(Buffer.from(await got.Body!.transformToByteArray()).equals(body)).toBe(true);
      expect(got[`Checksum${ChecksumAlgorithm}`]).toMatch(/=$/);
    },
  );

  test("are refused when the checksum does not fit, and leave nothing behind", async () => {
    const before = await settledCount();
    await expect(put("bad", "hello", { ChecksumCRC32: "AAAAAA==" })).rejects.toMatchObject({
      name: "BadDigest",
    });
    await expect(put("bad", "hello", { ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" })).rejects.toMatchObject({
      name: "BadDigest",
    });
    await expect(text("bad")).rejects.toMatchObject({ name: "NoSuchKey" });
    await segmentsBecome(before);
  });

  test("keep keys with spaces, plus, slashes, dots, percent and characters beyond ASCII", async () => {
    for (const key of ["a b+c", "..//x/../y", "100%", "ünï/日本😀.txt", "q?a=b&c#d", "<&>'\""]) {
      await put(key, key);
      expect(await text(key)).toBe(key);
    }
  });

  test("answer ranges, suffix ranges and 416", async () => {
    await put("digits", "0123456789");
    expect(await text("digits", { Range: "bytes=2-4" })).toBe("234");
    expect(await text("digits", { Range: "bytes=-3" })).toBe("789");
    expect(await text("digits", { Range: "bytes=7-" })).toBe("789");
    const part = await s3.send(new GetObjectCommand({ Bucket, Key: "digits", Range: "bytes=2-400" }));
    expect(part.ContentRange).toBe("bytes 2-9/10");
    await expect(text("digits", { Range: "bytes=10-" })).rejects.toMatchObject({ name: "InvalidRange" });
  });

  test("obey conditions on reading and writing", async () => {
    const { ETag } = await put("once", "1", { IfNoneMatch: "*" });
    await expect(put("once", "2", { IfNoneMatch: "*" })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await expect(put("once", "2", { IfMatch: '"nope"' })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await put("once", "3", { IfMatch: ETag });
    expect(await text("once")).toBe("3");
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "once" }));
    const unchanged = s3.send(new GetObjectCommand({ Bucket, Key: "once", IfNoneMatch: head.ETag! }));
    await expect(unchanged).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  });

  test("only one of many writers that want to be first wins", async () => {
    const writers = Array.from({ length: 8 }, (_, index) =>
      put("race", `writer ${index}`, { IfNoneMatch: "*" }),
    );
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("are copied with or without their metadata", async () => {
    await put("source key", "copied", { Metadata: { a: "1" }, ContentType: "text/plain" });
    await s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/source%20key` }));
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "copy" }));
    expect(head).toMatchObject({ Metadata: { a: "1" }, ContentType: "text/plain" });
    await s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: "copy",
        CopySource: `${Bucket}/copy`,
        MetadataDirective: "REPLACE",
        Metadata: { b: "2" },
      }),
    );
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: "copy" }))).Metadata).toEqual({ b: "2" });
    expect(await text("copy")).toBe("copied");
    const toItself = s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/copy` }));
    await expect(toItself).rejects.toMatchObject({ name: "InvalidRequest" });
  });

  test("are copied onto themselves to change their storage class, which no copy takes over", async () => {
    await put("class", "x", { StorageClass: "STANDARD_IA", Metadata: { a: "1" } });
    const copy = async (Key: string, more = {}) => {
      await s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/class`, ...more }));
      return s3.send(new HeadObjectCommand({ Bucket, Key }));
    };
    expect((await copy("class copy")).StorageClass).toBeUndefined();
    expect(await copy("class", { StorageClass: "GLACIER_IR" })).toMatchObject({
      StorageClass: "GLACIER_IR",
      Metadata: { a: "1" },
    });
    expect((await copy("class", { ServerSideEncryption: "AES256" })).StorageClass).toBeUndefined();
    expect(await text("class")).toBe("x");
  });

  test("that cannot be stored are a 500, after which the same connection goes on", async () => {
    const data = path.join(stub.stateDir, "s3/data");
    renameSync(data, `${data}.away`);
    await expect(put("fault", "x")).rejects.toMatchObject({ name: "InternalError" });
    renameSync(`${data}.away`, data);
    await put("fault", "x");
    expect(await text("fault")).toBe("x");
  });

  test("keep tags of any name", async () => {
    await put("names", "x", { Tagging: "__proto__=b" });
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: "names" }));
    expect(TagSet).toEqual([{ Key: "__proto__", Value: "b" }]);
  });

  test("refuse an answer's header that no header can carry", async () => {
    await put("header", "x");
    const read = (ResponseContentDisposition: string) => text("header", { ResponseContentDisposition });
    expect(await read('attachment; filename="é.txt"')).toBe("x");
    await expect(read("attachment; filename=€.txt")).rejects.toMatchObject({ name: "InvalidArgument" });
    await expect(read("a\r\nb: c")).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  test("that are empty have an empty first part, of no range", async () => {
    await put("empty", "");
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "empty", PartNumber: 1 }));
    expect([head.ContentLength, head.ContentRange]).toEqual([0, undefined]);
  });

  test("can be overwritten and deleted while somebody reads them", async () => {
    const body = randomBytes(8 << 20);
    await put("read me", body);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "read me" }));
    await put("read me", "new");
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "read me" }));
    expect(Buffer.from(await Body!.transformToByteArray()).equals(body)).toBe(true);
  });

  test("are not changed by an upload that breaks off", async () => {
    await put("steady", "before");
    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "steady" }));
    const before = await settledCount();
    await new Promise<void>((resolve) => {
      const request = http.request(url, { method: "PUT", headers: { "content-length": 1_000_000 } });
      request.once("error", () => resolve());
      request.write(Buffer.alloc(100_000));
      setTimeout(() => request.destroy(), 100);
    });
    expect(await text("steady")).toBe("before");
    await segmentsBecome(before);
  });
});

describe("buckets", () => {
  test("are listed, found and refused like AWS's", async () => {
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map((bucket) => bucket.Name)).toContain(Bucket);
    await s3.send(new HeadBucketCommand({ Bucket }));
    const head = s3.send(new HeadBucketCommand({ Bucket: "nobody" }));
    await expect(head).rejects.toMatchObject({ name: "NotFound" });
    const invalid = s3.send(new CreateBucketCommand({ Bucket: "Not_A_Bucket" }));
    await expect(invalid).rejects.toMatchObject({ name: "InvalidBucketName" });
    const full = s3.send(new DeleteBucketCommand({ Bucket }));
    await expect(full).rejects.toMatchObject({ name: "BucketNotEmpty" });
    const foreign = s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: "111111111111" }));
    await expect(foreign).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  test("are emptied with DeleteObjects and deleted", async () => {
    const other = "other-bucket";
    await s3.send(new CreateBucketCommand({ Bucket: other }));
    const keys = Array.from({ length: 30 }, (_, index) => `k${index} & <x>`);
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: other, Key, Body: Key }));
    const result = await s3.send(
      new DeleteObjectsCommand({ Bucket: other, Delete: { Objects: keys.map((Key) => ({ Key })) } }),
    );
    expect(result.Deleted).toHaveLength(30);
    await s3.send(new DeleteBucketCommand({ Bucket: other }));
    await expect(s3.send(new HeadBucketCommand({ Bucket: other }))).rejects.toMatchObject({
      name: "NotFound",
    });
  });

  test("list in UTF-8 order, by page, prefix and delimiter", async () => {
    const list = "list-bucket";
    await s3.send(new CreateBucketCommand({ Bucket: list }));
    const keys = ["a/1", "a/2", "a/b/3", "b", "c/4", "z", "\uffee", "😀"];
    for (const Key of [...keys].reverse())
      await s3.send(new PutObjectCommand({ Bucket: list, Key, Body: "x" }));
    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(new ListObjectsV2Command({ Bucket: list, MaxKeys: 3, ContinuationToken }));
      seen.push(...(page.Contents ?? []).map(({ Key }) => Key!));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(seen).toEqual(keys);

    const grouped = await s3.send(new ListObjectsV2Command({ Bucket: list, Delimiter: "/" }));
    expect(grouped.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(["a/", "c/"]);
    expect(grouped.Contents?.map(({ Key }) => Key)).toEqual(["b", "z", "\uffee", "😀"]);
    const first = await s3.send(new ListObjectsV2Command({ Bucket: list, Delimiter: "/", MaxKeys: 1 }));
    expect(first.CommonPrefixes).toEqual([{ Prefix: "a/" }]);
    const second = await s3.send(
      new ListObjectsV2Command({
        Bucket: list,
        Delimiter: "/",
        MaxKeys: 1,
        ContinuationToken: first.NextContinuationToken,
      }),
    );
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(["b"]);
    const below = await s3.send(new ListObjectsV2Command({ Bucket: list, Prefix: "a/", StartAfter: "a/1" }));
    expect(below.Contents?.map(({ Key }) => Key)).toEqual(["a/2", "a/b/3"]);
  });
});

describe("multipart uploads", () => {
  test("of lib-storage arrive whole, with bounded parts and a composite checksum", async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, "big");
    const body = randomBytes(17 << 20);
    writeFileSync(file, body);
    await new Upload({ client: s3, params: { Bucket, Key: "big", Body: createReadStream(file) } }).done();
    rmSync(folder, { recursive: true });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "big", ChecksumMode: "ENABLED" }));
    expect(head).toMatchObject({ ContentLength: body.length, ChecksumType: "COMPOSITE" });
    expect(head.ETag).toMatch(/-4"$/);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "big" }));
    expect(
      createHash("sha256")
        .update(await got.Body!.transformToByteArray())
        .digest("hex"),
    ).toBe(createHash("sha256").update(body).digest("hex"));
    const across = await s3.send(
      new GetObjectCommand({ Bucket, Key: "big", Range: "bytes=5242870-5242889" }),
    );
    expect(Buffer.from(await across.Body!.transformToByteArray())).toEqual(body.subarray(5242870, 5242890));
  });

  test("list their parts, take copied ones, and refuse what AWS refuses", async () => {
    const Key = "parts";
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const target = { Bucket, Key, UploadId };
    const large = randomBytes(5 << 20);
    await put("part source", large);
    const one = await s3.send(
      new UploadPartCopyCommand({ ...target, PartNumber: 1, CopySource: `${Bucket}/part source` }),
    );
    const two = await s3.send(new UploadPartCommand({ ...target, PartNumber: 2, Body: "tail" }));
    const listed = await s3.send(new ListPartsCommand(target));
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 5 << 20],
      [2, 4],
    ]);
    const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(uploads.Uploads?.map((upload) => upload.UploadId)).toContain(UploadId);
    const complete = (Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } }));
    const [first, second] = [
      { PartNumber: 1, ETag: one.CopyPartResult?.ETag },
      { PartNumber: 2, ETag: two.ETag },
    ];
    await expect(complete([second, first])).rejects.toMatchObject({ name: "InvalidPartOrder" });
    await expect(complete([{ PartNumber: 3, ETag: two.ETag }])).rejects.toMatchObject({
      name: "InvalidPart",
    });
    await complete([first, second]);
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe((5 << 20) + 4);
    await expect(complete([first])).rejects.toMatchObject({ name: "NoSuchUpload" });
  });

  test("are whole when a part is sent anew while they are completed", async () => {
    const Key = "replaced part";
    const sums = { ChecksumAlgorithm: "CRC64NVME", ChecksumType: "FULL_OBJECT" } as const;
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...sums }));
    const send = (PartNumber: number, Body: string | Buffer) =>
      s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    const large = randomBytes(24 << 20);
    const sent = [await send(1, large), await send(2, "tail")];
    const Parts = sent.map(({ ETag }, index) => ({ PartNumber: index + 1, ETag }));
    const [completed] = await Promise.allSettled([
      s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } })),
      send(2, "TAIL"),
    ]);
    if (completed.status === "rejected") expect(completed.reason).toMatchObject({ name: "InvalidPart" });
    else expect((await text(Key)).slice(-4)).toBe("tail");
  });

  test("end with their bucket, also for a part that is on its way", async () => {
    const gone = { Bucket: "gone-bucket", Key: "x" };
    await s3.send(new CreateBucketCommand(gone));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(gone));
    const url = await getSignedUrl(s3, new UploadPartCommand({ ...gone, UploadId, PartNumber: 1 }));
    const request = http.request(url, { method: "PUT", headers: { "content-length": 4 } });
    const answered = new Promise<number>((resolve, reject) => {
      request.once("error", reject);
      request.once("response", (response) => resolve(response.resume().statusCode!));
    });
    const before = await settledCount();
    request.write("pa");
    await segmentsBecome(before + 1);
    await s3.send(new DeleteBucketCommand(gone));
    request.end("rt");
    expect(await answered).toBe(404);
    await segmentsBecome(before);
  });

  test("copied at once are one part, with the digests of that", async () => {
    const body = randomBytes((5 << 20) + 9);
    const params = { Bucket, Key: "by parts", Body: body, ChecksumAlgorithm: "CRC32" } as const;
    await new Upload({ client: s3, params }).done();
    await s3.send(new CopyObjectCommand({ Bucket, Key: "at once", CopySource: `${Bucket}/by parts` }));
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "at once", ChecksumMode: "ENABLED" }));
    expect(head.ETag).toBe(`"${createHash("md5").update(body).digest("hex")}"`);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    expect(head).toMatchObject({ ChecksumType: "FULL_OBJECT", ChecksumCRC32: sum.toString("base64") });
  });

  test("are listed in pages, those of one key one after the other", async () => {
    const keys = ["pages/a", "pages/a", "pages/a", "pages/b c", "pages/ü"];
    const made: string[] = [];
    for (const Key of keys)
      made.push((await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId!);
    const seen: (string | undefined)[][] = [];
    const ids = new Set<string | undefined>();
    let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
    for (;;) {
      const page = await s3.send(
        new ListMultipartUploadsCommand({ Bucket, Prefix: "pages/", MaxUploads: 2, ...marker }),
      );
      seen.push((page.Uploads ?? []).map(({ Key }) => Key));
      for (const { UploadId } of page.Uploads ?? []) ids.add(UploadId);
      if (!page.IsTruncated) break;
      marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
    expect(seen).toEqual([keys.slice(0, 2), keys.slice(2, 4), keys.slice(4)]);
    expect([...ids].sort()).toEqual(made.sort());
  });

  test("leave nothing behind when aborted", async () => {
    const before = await settledCount();
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "gone" }));
    await s3.send(new UploadPartCommand({ Bucket, Key: "gone", UploadId, PartNumber: 1, Body: "x" }));
    await segmentsBecome(before + 1);
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: "gone", UploadId }));
    await segmentsBecome(before);
  });
});

describe("signatures", () => {
  test("of another secret, of nobody, and of a changed presigned URL are refused", async () => {
    const thief = new S3Client({
      ...stub.config,
      credentials: { accessKeyId: "sightline", secretAccessKey: "guess" },
    });
    await expect(thief.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
    });
    const stranger = new S3Client({
      ...stub.config,
      credentials: { accessKeyId: "who", secretAccessKey: "guess" },
    });
    await expect(stranger.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: "InvalidAccessKeyId",
    });
    expect((await fetch(`${stub.local.url}/${Bucket}/digits`)).status).toBe(403);
  });

  test("of presigned URLs let a plain client put and get until they expire", async () => {
    const putUrl = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "signed key" }), {
      expiresIn: 60,
    });
    expect((await fetch(putUrl, { method: "PUT", body: "by url" })).status).toBe(200);
    const getUrl = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "signed key" }), {
      expiresIn: 60,
    });
    expect(await (await fetch(getUrl)).text()).toBe("by url");
    expect((await fetch(getUrl.replace("signed%20key", "digits"))).status).toBe(403);
    const old = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "signed key" }), {
      expiresIn: 60,
      signingDate: new Date(Date.now() - 120_000),
    });
    expect(await (await fetch(old)).text()).toContain("Request has expired");
  });

  test("do not open what is not implemented: the answer is typed XML that names the operation", async () => {
    const { GetBucketPolicyCommand } = await import("@aws-sdk/client-s3");
    await expect(s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
      name: "NotImplemented",
      message: expect.stringContaining("?policy"),
    });
  });
});
