import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, test } from "vitest";
import { Bucket, useS3 } from "./s3-support.js";

const store = useS3();

describe("buckets", () => {
  test("are listed, found and refused like AWS's", async () => {
    const { Buckets } = await store.s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map((bucket) => bucket.Name)).toContain(Bucket);
    await store.s3.send(new HeadBucketCommand({ Bucket }));
    const head = store.s3.send(new HeadBucketCommand({ Bucket: "nobody" }));
    await expect(head).rejects.toMatchObject({ name: "NotFound" });
    const invalid = store.s3.send(new CreateBucketCommand({ Bucket: "Not_A_Bucket" }));
    await expect(invalid).rejects.toMatchObject({ name: "InvalidBucketName" });
    await store.s3.send(new PutObjectCommand({ Bucket, Key: "filled", Body: "x" }));
    const full = store.s3.send(new DeleteBucketCommand({ Bucket }));
    await expect(full).rejects.toMatchObject({ name: "BucketNotEmpty" });
    const foreign = store.s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: "111111111111" }));
    await expect(foreign).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  test("are emptied with DeleteObjects and deleted", async () => {
    const other = "other-bucket";
    await store.s3.send(new CreateBucketCommand({ Bucket: other }));
    const keys = Array.from({ length: 30 }, (_, index) => `k${index} & <x>`);
    for (const Key of keys) await store.s3.send(new PutObjectCommand({ Bucket: other, Key, Body: Key }));
    const result = await store.s3.send(
      new DeleteObjectsCommand({ Bucket: other, Delete: { Objects: keys.map((Key) => ({ Key })) } }),
    );
    expect(result.Deleted).toHaveLength(30);
    await store.s3.send(new DeleteBucketCommand({ Bucket: other }));
    await expect(store.s3.send(new HeadBucketCommand({ Bucket: other }))).rejects.toMatchObject({
      name: "NotFound",
    });
  });

  test("list in UTF-8 order, by page, prefix and delimiter", async () => {
    const list = "list-bucket";
    await store.s3.send(new CreateBucketCommand({ Bucket: list }));
    const keys = ["a/1", "a/2", "a/b/3", "b", "c/4", "z", "\uffee", "😀"];
    for (const Key of [...keys].reverse())
      await store.s3.send(new PutObjectCommand({ Bucket: list, Key, Body: "x" }));
    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await store.s3.send(
        new ListObjectsV2Command({ Bucket: list, MaxKeys: 3, ContinuationToken }),
      );
      seen.push(...(page.Contents ?? []).map(({ Key }) => Key!));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(seen).toEqual(keys);

    const grouped = await store.s3.send(new ListObjectsV2Command({ Bucket: list, Delimiter: "/" }));
    expect(grouped.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(["a/", "c/"]);
    expect(grouped.Contents?.map(({ Key }) => Key)).toEqual(["b", "z", "\uffee", "😀"]);
    const first = await store.s3.send(new ListObjectsV2Command({ Bucket: list, Delimiter: "/", MaxKeys: 1 }));
    expect(first.CommonPrefixes).toEqual([{ Prefix: "a/" }]);
    const second = await store.s3.send(
      new ListObjectsV2Command({
        Bucket: list,
        Delimiter: "/",
        MaxKeys: 1,
        ContinuationToken: first.NextContinuationToken,
      }),
    );
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(["b"]);
    const below = await store.s3.send(
      new ListObjectsV2Command({ Bucket: list, Prefix: "a/", StartAfter: "a/1" }),
    );
    expect(below.Contents?.map(({ Key }) => Key)).toEqual(["a/2", "a/b/3"]);
  });

  test("list their objects as versions, in order, grouped and by page", async () => {
    const list = "version-list";
    await store.s3.send(new CreateBucketCommand({ Bucket: list }));
    for (const Key of ["c", "a/2", "b", "a/1"])
      await store.s3.send(new PutObjectCommand({ Bucket: list, Key, Body: "x" }));
    const seen: (string | undefined)[] = [];
    let KeyMarker: string | undefined;
    do {
      const page = await store.s3.send(
        new ListObjectVersionsCommand({ Bucket: list, Delimiter: "/", MaxKeys: 2, KeyMarker }),
      );
      seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      seen.push(...(page.Versions ?? []).map(({ Key, VersionId }) => `${Key} ${VersionId}`));
      KeyMarker = page.NextKeyMarker;
    } while (KeyMarker !== undefined);
    expect(seen).toEqual(["a/", "b null", "c null"]);
    const url = await getSignedUrl(store.s3, new ListObjectVersionsCommand({ Bucket: list, MaxKeys: 1 }));
    expect(await (await fetch(url)).text()).toMatch(
      /<Version><Key>a\/1<\/Key><VersionId>null<\/VersionId><IsLatest>true<\/IsLatest><LastModified>/,
    );
    const marker = store.s3.send(new ListObjectVersionsCommand({ Bucket: list, VersionIdMarker: "null" }));
    await expect(marker).rejects.toMatchObject({ name: "InvalidArgument" });
  });
});
