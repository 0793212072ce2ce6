import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { Refusal } from "../../test/support/fake-aws.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { InvalidInputError, ResourceConflictError } from "../errors.js";
import { ensureBucket } from "./bucket.js";
import { deleteFiles } from "./delete-files.js";
import { headObject } from "./head-object.js";
import { listFiles } from "./list-files.js";
import { isMultipart, MOST_OBJECT_BYTES, partSize } from "./parts.js";
import { readObject } from "./read-object.js";
import { formatS3Uri, parseS3Uri } from "./s3-uri.js";
import { writeObject } from "./write-object.js";

const MiB = 1024 * 1024;

beforeEach(() => {
  aws.s3.bucket("drivers");
});

test.each([
  ["s3://drivers/a/b.rec", "drivers", "a/b.rec"],
  ["s3://drivers/", "drivers", ""],
  ["s3://drivers", "drivers", ""],
  ["s3://drivers/a b/ä?.jpg", "drivers", "a b/ä?.jpg"],
])("%j is bucket %j and key %j", (uri, bucket, key) => {
  expect(parseS3Uri(uri)).toEqual({ bucket, key });
  expect(parseS3Uri(formatS3Uri({ bucket, key }))).toEqual({ bucket, key });
});

test.each([
  "drivers/a",
  "https://drivers/a",
  "s3:///a",
  "s3://Drivers/a",
  `s3://drivers/${"x".repeat(1025)}`,
])("%j is no S3 URI", (uri) => {
  expect(() => parseS3Uri(uri)).toThrow(InvalidInputError);
});

test("parts keep S3's limits for every size of file", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MOST_OBJECT_BYTES }), (bytes) => {
      const size = partSize(bytes);
      expect(Math.ceil(bytes / size)).toBeLessThanOrEqual(10_000);
      expect(size).toBeLessThanOrEqual(5 * 1024 * MiB);
      if (isMultipart(bytes)) expect(size).toBeGreaterThanOrEqual(5 * MiB);
    }),
  );
});

test("a place without a bucket needs a session with one", async () => {
  const bare = await aws.session({ bucket: undefined as never });
  await expect(writeObject(bare, "a.json", "{}")).rejects.toThrow(/because the session has no bucket/);
  await expect(writeObject(session, "https://x/a.json", "{}")).rejects.toThrow(InvalidInputError);
});

test("writes, reads, lists and deletes small objects", async () => {
  expect(await writeObject(session, "a/b.json", '{"x":1}')).toBe("s3://drivers/a/b.json");
  expect(aws.s3.get("drivers", "a/b.json")?.headers["content-type"]).toBe("application/json");
  expect(Buffer.from(await readObject(session, "a/b.json")).toString()).toBe('{"x":1}');
  await expect(readObject(session, "a/b.json", { maxBytes: 3 })).rejects.toThrow(
    /7 bytes or more, above maxBytes \(3\)/,
  );
  expect(await headObject(session, "a/none")).toBeUndefined();
  aws.s3.put("drivers", "a/c", "c");
  aws.s3.put("drivers", "ab", "ab");
  aws.s3.pageSize = 1;
  const keys: string[] = [];
  for await (const file of listFiles(session, "a/")) keys.push(file.key);
  expect(keys).toEqual(["a/b.json", "a/c"]);
  expect(await deleteFiles(session, "a/")).toBe(2);
  expect(await deleteFiles(session, "a/")).toBe(0);
  expect(await deleteFiles(session, "a")).toBe(0);
  expect([...aws.s3.bucket("drivers").keys()]).toEqual(["ab"]);
  await expect(deleteFiles(session, "s3://drivers/")).rejects.toThrow(/not a whole bucket/);
});

test("makes a bucket once, and refuses somebody else's", async () => {
  expect(await ensureBucket(session, "new-bucket")).toEqual({ bucket: "new-bucket", created: true });
  expect(await ensureBucket(session, "new-bucket")).toEqual({ bucket: "new-bucket", created: false });
  aws.on("HeadBucket", () => new Refusal(403, "Forbidden", ""));
  await expect(ensureBucket(session, "taken")).rejects.toThrow(ResourceConflictError);
  aws.on("HeadBucket", () => new Refusal(404, "NotFound", ""));
  aws.on("CreateBucket", () => new Refusal(409, "BucketAlreadyExists", "taken"));
  await expect(ensureBucket(session, "taken")).rejects.toThrow(/bucket names are shared by all of AWS/);
  await expect(ensureBucket(await aws.session({ bucket: undefined as never }))).rejects.toThrow(
    InvalidInputError,
  );
});
