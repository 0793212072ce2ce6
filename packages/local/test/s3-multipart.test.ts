import { createHash, randomBytes } from "node:crypto";
import { createReadStream, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { crc32 } from "node:zlib";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, test } from "vitest";
import { Bucket, useS3 } from "./s3-support.js";
import { temporaryFolder } from "./support.js";

const store = useS3();

describe("multipart uploads", () => {
  test("of lib-storage arrive whole, with bounded parts and a composite checksum", async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, "big");
    const body = randomBytes(17 << 20);
    writeFileSync(file, body);
    await new Upload({
      client: store.s3,
      params: { Bucket, Key: "big", Body: createReadStream(file) },
    }).done();
    rmSync(folder, { recursive: true });
    const head = await store.s3.send(new HeadObjectCommand({ Bucket, Key: "big", ChecksumMode: "ENABLED" }));
    expect(head).toMatchObject({ ContentLength: body.length, ChecksumType: "COMPOSITE" });
    expect(head.ETag).toMatch(/-4"$/);
    const got = await store.s3.send(new GetObjectCommand({ Bucket, Key: "big" }));
    expect(
      createHash("sha256")
        .update(await got.Body!.transformToByteArray())
        .digest("hex"),
    ).toBe(createHash("sha256").update(body).digest("hex"));
    const across = await store.s3.send(
      new GetObjectCommand({ Bucket, Key: "big", Range: "bytes=5242870-5242889" }),
    );
    expect(Buffer.from(await across.Body!.transformToByteArray())).toEqual(body.subarray(5242870, 5242890));
  });

  test("list their parts, take copied ones, and refuse what AWS refuses", async () => {
    const Key = "parts";
    const { UploadId } = await store.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const target = { Bucket, Key, UploadId };
    const large = randomBytes(5 << 20);
    await store.put("part source", large);
    const one = await store.s3.send(
      new UploadPartCopyCommand({ ...target, PartNumber: 1, CopySource: `${Bucket}/part source` }),
    );
    const two = await store.s3.send(new UploadPartCommand({ ...target, PartNumber: 2, Body: "tail" }));
    const listed = await store.s3.send(new ListPartsCommand(target));
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 5 << 20],
      [2, 4],
    ]);
    const uploads = await store.s3.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(uploads.Uploads?.map((upload) => upload.UploadId)).toContain(UploadId);
    const complete = (Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      store.s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } }));
    const [first, second] = [
      { PartNumber: 1, ETag: one.CopyPartResult?.ETag },
      { PartNumber: 2, ETag: two.ETag },
    ];
    await expect(complete([second, first])).rejects.toMatchObject({ name: "InvalidPartOrder" });
    // A part named twice, as a client does that sent it anew, is no ascending order either.
    await expect(complete([first, first])).rejects.toMatchObject({ name: "InvalidPartOrder" });
    await expect(complete([{ PartNumber: 1, ETag: two.ETag }, first])).rejects.toMatchObject({
      name: "InvalidPartOrder",
    });
    await expect(complete([{ PartNumber: 3, ETag: two.ETag }])).rejects.toMatchObject({
      name: "InvalidPart",
    });
    await complete([first, second]);
    expect((await store.s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe((5 << 20) + 4);
    await expect(complete([first])).rejects.toMatchObject({ name: "NoSuchUpload" });
  });

  test("are whole when a part is sent anew while they are completed", async () => {
    const Key = "replaced part";
    const sums = { ChecksumAlgorithm: "CRC64NVME", ChecksumType: "FULL_OBJECT" } as const;
    const { UploadId } = await store.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...sums }));
    const send = (PartNumber: number, Body: string | Buffer) =>
      store.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    const large = randomBytes(24 << 20);
    const sent = [await send(1, large), await send(2, "tail")];
    const Parts = sent.map(({ ETag }, index) => ({ PartNumber: index + 1, ETag }));
    const [completed] = await Promise.allSettled([
      store.s3.send(
        new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
      ),
      send(2, "TAIL"),
    ]);
    if (completed.status === "rejected") expect(completed.reason).toMatchObject({ name: "InvalidPart" });
    else expect((await store.text(Key)).slice(-4)).toBe("tail");
  });

  test("end with their bucket, also for a part that is on its way", async () => {
    const gone = { Bucket: "gone-bucket", Key: "x" };
    await store.s3.send(new CreateBucketCommand(gone));
    const { UploadId } = await store.s3.send(new CreateMultipartUploadCommand(gone));
    const url = await getSignedUrl(store.s3, new UploadPartCommand({ ...gone, UploadId, PartNumber: 1 }));
    const request = http.request(url, { method: "PUT", headers: { "content-length": 4 } });
    const answered = new Promise<number>((resolve, reject) => {
      request.once("error", reject);
      request.once("response", (response) => resolve(response.resume().statusCode!));
    });
    const before = await store.settledCount();
    request.write("pa");
    await store.segmentsBecome(before + 1);
    await store.s3.send(new DeleteBucketCommand(gone));
    request.end("rt");
    expect(await answered).toBe(404);
    await store.segmentsBecome(before);
  });

  test("copied at once are one part, with the digests of that", async () => {
    const body = randomBytes((5 << 20) + 9);
    const params = { Bucket, Key: "by parts", Body: body, ChecksumAlgorithm: "CRC32" } as const;
    await new Upload({ client: store.s3, params }).done();
    await store.s3.send(new CopyObjectCommand({ Bucket, Key: "at once", CopySource: `${Bucket}/by parts` }));
    const head = await store.s3.send(
      new HeadObjectCommand({ Bucket, Key: "at once", ChecksumMode: "ENABLED" }),
    );
    expect(head.ETag).toBe(`"${createHash("md5").update(body).digest("hex")}"`);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    expect(head).toMatchObject({ ChecksumType: "FULL_OBJECT", ChecksumCRC32: sum.toString("base64") });
  });

  test("are listed in pages, those of one key one after the other", async () => {
    const keys = ["pages/a", "pages/a", "pages/a", "pages/b c", "pages/ü"];
    const made: string[] = [];
    for (const Key of keys)
      made.push((await store.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId!);
    const seen: (string | undefined)[][] = [];
    const ids = new Set<string | undefined>();
    let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
    for (;;) {
      const page = await store.s3.send(
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

  test("are grouped by a delimiter, and a page goes on behind a group", async () => {
    const keys = ["groups/a/1", "groups/a/2", "groups/b", "groups/c/1"];
    for (const Key of keys) {
      await store.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, StorageClass: "STANDARD_IA" }));
    }
    const seen: (string | undefined)[] = [];
    let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined = {};
    while (marker !== undefined) {
      const page: ListMultipartUploadsCommandOutput = await store.s3.send(
        new ListMultipartUploadsCommand({
          Bucket,
          Prefix: "groups/",
          Delimiter: "/",
          MaxUploads: 1,
          ...marker,
        }),
      );
      seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      seen.push(...(page.Uploads ?? []).map(({ Key, StorageClass }) => `${Key} ${StorageClass}`));
      marker = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : undefined;
    }
    expect(seen).toEqual(["groups/a/", "groups/b STANDARD_IA", "groups/c/"]);
  });

  test("leave nothing behind when aborted", async () => {
    const before = await store.settledCount();
    const { UploadId } = await store.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "gone" }));
    await store.s3.send(new UploadPartCommand({ Bucket, Key: "gone", UploadId, PartNumber: 1, Body: "x" }));
    await store.segmentsBecome(before + 1);
    await store.s3.send(new AbortMultipartUploadCommand({ Bucket, Key: "gone", UploadId }));
    await store.segmentsBecome(before);
  });
});
