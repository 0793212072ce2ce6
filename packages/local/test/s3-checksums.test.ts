import { createHash, randomBytes } from "node:crypto";
import {
  type ChecksumAlgorithm,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { Bucket, useS3 } from "./s3-support.js";

const store = useS3();

const digest = (algorithm: string, body: string | Buffer) =>
  createHash(algorithm).update(body).digest("base64");
describe("checksums of objects", () => {
  test.each(["md5", "sha512"])("%s is kept when it is right and refused when it is wrong", async (name) => {
    const member = `Checksum${name.toUpperCase()}`;
    const value = digest(name, "hello");
    expect(await store.put("right", "hello", { [member]: value })).toMatchObject({ [member]: value });
    await expect(store.put("wrong", "hello!", { [member]: value })).rejects.toMatchObject({
      name: "BadDigest",
    });
  });

  test.each([
    ["an algorithm that is not checked", { ChecksumXXHASH64: "AAAAAAAAAAA=" }, "NotImplemented"],
    ["a value of another length", { ChecksumSHA256: "AAAA" }, "BadDigest"],
    ["a Content-MD5 that is none", { ContentMD5: "zzz" }, "InvalidDigest"],
    ["two checksums", { ChecksumCRC32: "NhCmhg==", ChecksumSHA1: digest("sha1", "hello") }, "InvalidRequest"],
  ])("refuses %s, and stores nothing", async (_what, members, name) => {
    await expect(store.put("refused", "hello", members)).rejects.toMatchObject({ name });
    await expect(store.text("refused")).rejects.toMatchObject({ name: "NoSuchKey" });
  });
});

describe("checksums of multipart uploads", () => {
  const start = async (
    Key: string,
    more: { ChecksumAlgorithm?: ChecksumAlgorithm; ChecksumType?: "FULL_OBJECT" },
  ) => {
    const { UploadId } = await store.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
    const upload = { Bucket, Key, UploadId };
    const bodies = [randomBytes(5 << 20), Buffer.from("tail")];
    const Parts: CompletedPart[] = [];
    for (const [index, Body] of bodies.entries()) {
      const PartNumber = index + 1;
      const part = { ...upload, PartNumber, Body, ChecksumAlgorithm: more.ChecksumAlgorithm };
      const { ETag, ChecksumSHA256 } = await store.s3.send(new UploadPartCommand(part));
      Parts.push({ PartNumber, ETag, ChecksumSHA256 });
    }
    const complete = (checksum: object) =>
      store.s3.send(
        new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...checksum }),
      );
    return { bodies, complete, Parts };
  };

  test("is the object's own in CompleteMultipartUpload: the right one is taken, a wrong one refused", async () => {
    const { bodies, complete } = await start("composite", { ChecksumAlgorithm: "SHA256" });
    const sums = bodies.map((body) => createHash("sha256").update(body).digest());
    const right = `${digest("sha256", Buffer.concat(sums))}-2`;
    const wrong = digest("sha256", "something else");
    await expect(complete({ ChecksumSHA256: `${wrong}-2` })).rejects.toMatchObject({ name: "BadDigest" });
    expect(await complete({ ChecksumSHA256: right })).toMatchObject({
      ChecksumSHA256: right,
      ChecksumType: "COMPOSITE",
    });
    const part = await store.s3.send(
      new HeadObjectCommand({ Bucket, Key: "composite", PartNumber: 2, ChecksumMode: "ENABLED" }),
    );
    expect(part).toMatchObject({ ContentLength: 4, ChecksumSHA256: digest("sha256", "tail") });
    const attributes = await store.s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: "composite",
        ObjectAttributes: ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"],
        MaxParts: 1,
        PartNumberMarker: "1",
      }),
    );
    expect(attributes).toMatchObject({
      ETag: expect.stringMatching(/^[0-9a-f]{32}-2$/),
      Checksum: { ChecksumSHA256: right, ChecksumType: "COMPOSITE" },
      ObjectSize: (5 << 20) + 4,
      StorageClass: "STANDARD",
      ObjectParts: {
        TotalPartsCount: 2,
        IsTruncated: false,
        PartNumberMarker: "1",
        NextPartNumberMarker: "2",
        Parts: [{ PartNumber: 2, Size: 4, ChecksumSHA256: digest("sha256", "tail") }],
      },
    });
  });

  test.each([
    ["its bytes, also when only the completion names one", {}],
    ["its parts' checksums", { ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" } as const],
  ])("of the whole object are computed from %s, and checked", async (_from, named) => {
    const { bodies, complete } = await start("full", named);
    const crc = (value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString("base64");
    };
    const { crc32 } = await import("node:zlib");
    await expect(complete({ ChecksumCRC32: crc(1) })).rejects.toMatchObject({ name: "BadDigest" });
    const right = crc(crc32(Buffer.concat(bodies)));
    expect(await complete({ ChecksumCRC32: right })).toMatchObject({ ChecksumCRC32: right });
    const head = await store.s3.send(new HeadObjectCommand({ Bucket, Key: "full", ChecksumMode: "ENABLED" }));
    expect(head).toMatchObject({ ChecksumCRC32: right, ChecksumType: "FULL_OBJECT" });
  });

  test("of a part are compared with what the completing client names, and so is the object's size", async () => {
    const { complete, Parts } = await start("parts named", { ChecksumAlgorithm: "SHA256" });
    const other = Parts.map((part) => ({ ...part, ChecksumSHA256: digest("sha256", "x") }));
    await expect(complete({ MultipartUpload: { Parts: other } })).rejects.toMatchObject({
      name: "InvalidPart",
    });
    await expect(complete({ MpuObjectSize: 5 })).rejects.toMatchObject({ name: "InvalidRequest" });
    await complete({ MpuObjectSize: (5 << 20) + 4 });
  });

  test("completing again what was completed is answered the same, until the object is another", async () => {
    const { complete } = await start("twice", {});
    const first = await complete({});
    const again = await complete({});
    expect([again.ETag, again.Key]).toEqual([first.ETag, "twice"]);
    await store.put("twice", "another");
    await expect(complete({})).rejects.toMatchObject({ name: "NoSuchUpload" });
    expect(await store.text("twice")).toBe("another");
  });

  test.each([
    ["CRC64NVME", "COMPOSITE"],
    ["SHA1", "FULL_OBJECT"],
    ["SHA256", "FULL_OBJECT"],
    [undefined, "FULL_OBJECT"],
    ["CRC32", "SOMETIMES"],
  ])("of algorithm %s and type %s cannot be", async (ChecksumAlgorithm, ChecksumType) => {
    const create = new CreateMultipartUploadCommand({
      Bucket,
      Key: "impossible",
      ChecksumAlgorithm: ChecksumAlgorithm as "SHA1",
      ChecksumType: ChecksumType as "FULL_OBJECT",
    });
    await expect(store.s3.send(create)).rejects.toMatchObject({ name: "InvalidRequest" });
  });
});
