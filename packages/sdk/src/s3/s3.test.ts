import { randomBytes } from "node:crypto";
import { getEventListeners } from "node:events";
import { utimesSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeAws, Refusal } from "../../test/support/fake-aws.js";
import type { AwsService, SendOptions } from "../aws/send-request.js";
import { InvalidInputError, ResourceConflictError, SdkError } from "../errors.js";
import type { Session } from "../session.js";
import { ensureBucket } from "./bucket.js";
import { deleteFiles } from "./delete-files.js";
import { downloadFile } from "./download-file.js";
import { downloadFolder } from "./download-folder.js";
import { headObject, listFiles } from "./list-files.js";
import { isMultipart, MOST_OBJECT_BYTES, partSize } from "./parts.js";
import { readObject } from "./read-object.js";
import { formatS3Uri, parseS3Uri } from "./s3-uri.js";
import { type UploadEvent, uploadFiles } from "./upload-files.js";
import { writeObject } from "./write-object.js";

const MiB = 1024 * 1024;
let aws: FakeAws;
let session: Session;
let folder: string;
beforeEach(async () => {
  aws = await FakeAws.start();
  aws.s3.bucket("drivers");
  session = await aws.session();
  folder = await mkdtemp(join(tmpdir(), "sl-sdk-s3-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await aws.stop();
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

async function write(files: Record<string, string | Buffer>): Promise<string> {
  const root = join(folder, "in");
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(root, name, ".."), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return root;
}

test("uploads a folder with all below it, leaves hidden files out, and tells its progress", async () => {
  const root = await write({
    "train/a b.rec": "rec",
    "labels ä.json": "[]",
    ".DS_Store": "x",
    ".git/config": "x",
  });
  const events: UploadEvent[] = [];
  const done = await uploadFiles(session, root, "s3://drivers/data", {
    onEvent: (event) => events.push(event),
  });
  expect(done).toMatchObject({
    uri: "s3://drivers/data/",
    uploadedFiles: 2,
    uploadedBytes: 5,
    unchangedFiles: 0,
  });
  expect(done.files.map((file) => file.uri)).toEqual([
    "s3://drivers/data/labels ä.json",
    "s3://drivers/data/train/a b.rec",
  ]);
  expect(aws.s3.get("drivers", "data/train/a b.rec")?.headers["content-type"]).toBe("application/x-recordio");
  expect(aws.s3.get("drivers", "data/labels ä.json")?.body.toString()).toBe("[]");
  expect(events[0]).toEqual({ kind: "start", files: 2, bytes: 5 });
  expect(events.filter((event) => event.kind === "file")).toHaveLength(2);
  expect(events.filter((event) => event.kind === "progress").at(-1)).toMatchObject({
    bytes: 5,
    totalBytes: 5,
  });
});

test("a second upload sends nothing, and a changed file of the same size again", async () => {
  const root = await write({ a: "one", b: "two" });
  await uploadFiles(session, root, "data/");
  expect(await uploadFiles(session, root, "data/")).toMatchObject({ uploadedFiles: 0, unchangedFiles: 2 });
  await write({ b: "TWO" });
  expect(await uploadFiles(session, root, "data/")).toMatchObject({ uploadedFiles: 1, unchangedFiles: 1 });
  expect(aws.s3.get("drivers", "data/b")?.body.toString()).toBe("TWO");
  expect(await uploadFiles(session, root, "data/", { skipUnchanged: false })).toMatchObject({
    uploadedFiles: 2,
  });
});

test("an unchanged file is recognised where the ETag is no MD5 (SSE-KMS)", async () => {
  aws.s3.opaqueEtags = true;
  const root = await write({ a: "one" });
  await uploadFiles(session, root, "data/");
  expect(await uploadFiles(session, root, "data/")).toMatchObject({ uploadedFiles: 0, unchangedFiles: 1 });
});

test("a large file goes in parts, is recognised by its ETag, and comes back as it was", async () => {
  const content = randomBytes(20 * MiB + 7);
  const root = await write({ "big.rec": content });
  const done = await uploadFiles(session, join(root, "big.rec"), "data/");
  expect(done.uri).toBe("s3://drivers/data/big.rec");
  expect(aws.inputs("UploadPart")).toHaveLength(3);
  expect(aws.s3.get("drivers", "data/big.rec")?.body.equals(content)).toBe(true);
  const heads = aws.inputs("HeadObject").length;
  expect(await uploadFiles(session, root, "data/")).toMatchObject({ unchangedFiles: 1 });
  expect(aws.inputs("HeadObject")).toHaveLength(heads);
  const back = await downloadFile(session, done.uri, `${folder}/back/`);
  expect(back.bytes).toBe(content.length);
  expect((await readFile(join(folder, "back/big.rec"))).equals(content)).toBe(true);
});

test("an abort in the middle of a large file removes its parts and leaves no listener", async () => {
  const root = await write({ "big.rec": randomBytes(24 * MiB) });
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const uploading = uploadFiles(session, root, "data/", {
    concurrency: 1,
    signal: controller.signal,
    onEvent: (event) => event.kind === "progress" && controller.abort(reason),
  });
  await expect(uploading).rejects.toBe(reason);
  expect(aws.s3.uploads.size).toBe(0);
  expect(aws.s3.get("drivers", "data/big.rec")).toBeUndefined();
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});

test("a part that is refused fails the upload once and removes the others", async () => {
  const root = await write({ "big.rec": randomBytes(24 * MiB), "small.rec": "x" });
  const once = await aws.session({ maxAttempts: 1 });
  aws.on("UploadPart", (_input, count) => (count === 1 ? new Refusal(403, "AccessDenied", "no") : undefined));
  await expect(uploadFiles(once, root, "data/")).rejects.toThrow(/s3 UploadPart failed \(AccessDenied, 403/);
  expect(aws.s3.uploads.size).toBe(0);
});

test("a completion whose answer was lost is not an error, and a bucket that is not there says what to do", async () => {
  const root = await write({ "big.rec": randomBytes(17 * MiB) });
  const sent = session.send;
  let lost = 0;
  const losing: Session = {
    ...session,
    send: async <Output>(service: AwsService, operation: string, input: object, rest?: SendOptions) => {
      const request = () => sent<Output>(service, operation, input as Record<string, unknown>, rest);
      if (operation !== "CompleteMultipartUpload") return request();
      await request(); // It arrives, its answer does not, and the client sends it again.
      lost += 1;
      return request();
    },
  };
  expect(await uploadFiles(losing, root, "data/")).toMatchObject({ uploadedFiles: 1 });
  expect(lost).toBe(1);
  expect(aws.s3.get("drivers", "data/big.rec")?.body.length).toBe(17 * MiB);
  const nowhere = uploadFiles(session, root, "s3://no-such-bucket/data/");
  await expect(nowhere).rejects.toThrow(/NoSuchBucket.*Make it with ensureBucket\(\)/);
});

test("a file that shrinks while it is sent is an error", async () => {
  const root = await write({ "big.rec": randomBytes(24 * MiB) });
  const uploading = uploadFiles(session, root, "data/", {
    concurrency: 1,
    onEvent: (event) => {
      if (event.kind === "progress") void truncate(join(root, "big.rec"), 9 * MiB);
    },
  });
  await expect(uploading).rejects.toThrow(/became shorter while it was uploaded/);
  expect(aws.s3.uploads.size).toBe(0);
});

test("a file that is rewritten while it is sent is an error", async () => {
  const root = await write({ a: "one" });
  const uploading = uploadFiles(session, root, "data/", {
    onEvent: (event) => event.kind === "progress" && utimesSync(join(root, "a"), 1, 1),
  });
  await expect(uploading).rejects.toThrow(/changed while it was uploaded/);
});

test("many large files keep to the parts at a time that were asked for", async () => {
  const root = await write({ a: randomBytes(17 * MiB), b: randomBytes(17 * MiB), c: randomBytes(1 * MiB) });
  let under = 0;
  let most = 0;
  const sent = session.send;
  const counting: Session = {
    ...session,
    send: async <Output>(service: AwsService, operation: string, input: object, rest?: SendOptions) => {
      const counts = operation === "UploadPart" || operation === "PutObject";
      if (counts) most = Math.max(most, ++under);
      try {
        return await sent<Output>(service, operation, input as Record<string, unknown>, rest);
      } finally {
        if (counts) under -= 1;
      }
    },
  };
  await uploadFiles(counting, root, "data/", { concurrency: 2 });
  expect(most).toBe(2);
});

test("removeOthers deletes what the folder no longer has, page by page, and nothing else", async () => {
  aws.s3.pageSize = 2;
  for (const key of ["data/a", "data/old1", "data/old2", "data/old22", "data2/keep"])
    aws.s3.put("drivers", key, key);
  const root = await write({ a: "a" });
  const done = await uploadFiles(session, root, "data", { removeOthers: true });
  expect(done.removedFiles).toBe(3);
  expect([...aws.s3.bucket("drivers").keys()].sort()).toEqual(["data/a", "data2/keep"]);
});

test("an empty folder and a missing one are errors that send nothing", async () => {
  const root = join(folder, "empty");
  await mkdir(root);
  await expect(uploadFiles(session, root, "data/")).rejects.toThrow(InvalidInputError);
  await expect(uploadFiles(session, join(folder, "none"), "data/")).rejects.toThrow(/ENOENT/);
  expect(aws.calls).toEqual([]);
});

test("links to files are followed, links to folders are not", async () => {
  const root = await write({ a: "a", "sub/b": "b" });
  await symlink(join(root, "a"), join(root, "link"));
  await symlink(folder, join(root, "loop"));
  const { files } = await uploadFiles(session, root, "data/");
  expect(files.map((file) => file.path)).toEqual(["a", "link", "sub/b"]);
});

test("another account's bucket is refused when the owner is named", async () => {
  aws.s3.owner = "999900001111";
  const careful = await aws.session({ expectedBucketOwner: "111122223333" });
  const root = await write({ a: "a" });
  await expect(uploadFiles(careful, root, "data/")).rejects.toThrow(/AccessDenied/);
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

test("a download that breaks off goes on where it was", async () => {
  const content = randomBytes(3 * MiB);
  aws.s3.put("drivers", "big", content);
  aws.s3.breakAfter = [MiB, MiB / 2];
  const { path } = await downloadFile(session, "big", join(folder, "big"));
  expect((await readFile(path)).equals(content)).toBe(true);
  const ranges = aws.inputs("GetObject").map((input) => input.headers.range);
  expect(ranges).toHaveLength(3);
  expect(ranges[0]).toBeUndefined();
  expect(ranges[1]).toMatch(/^bytes=\d+-$/);
});

test("a download whose object changed meanwhile, or is too large, leaves nothing behind", async () => {
  aws.s3.put("drivers", "big", randomBytes(MiB));
  aws.s3.breakAfter = [1000];
  const changed = downloadFile(session, "big", join(folder, "big"), {
    onEvent: () => aws.s3.put("drivers", "big", "new"),
  });
  await expect(changed).rejects.toThrow(/PreconditionFailed/);
  await expect(downloadFile(session, "big", join(folder, "big"), { maxBytes: 2 })).rejects.toThrow(
    /above maxBytes \(2\)/,
  );
  await expect(downloadFile(session, "none", join(folder, "none"))).rejects.toThrow(/NoSuchKey/);
  await expect(downloadFile(session, "folder/", folder)).rejects.toThrow(/downloadFolder/);
  expect(await readdir(folder)).toEqual([]);
});

test("an abort during a download rejects with the reason and leaves nothing behind", async () => {
  aws.s3.put("drivers", "big", randomBytes(8 * MiB));
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const downloading = downloadFile(session, "big", join(folder, "big"), {
    signal: controller.signal,
    onEvent: () => controller.abort(reason),
  });
  await expect(downloading).rejects.toBe(reason);
  expect(await readdir(folder)).toEqual([]);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});

test("downloads a folder, and refuses keys that lead out of it before writing anything", async () => {
  aws.s3.put("drivers", "data/a/b", "b");
  aws.s3.put("drivers", "data/c", "c");
  aws.s3.put("drivers", "data/", "");
  const files = await downloadFolder(session, "data", join(folder, "out"));
  expect(files.map((file) => file.uri)).toEqual(["s3://drivers/data/a/b", "s3://drivers/data/c"]);
  expect(await readFile(join(folder, "out/a/b"), "utf8")).toBe("b");
  aws.s3.put("drivers", "evil/../../x", "x");
  await expect(downloadFolder(session, "evil/", join(folder, "evil"))).rejects.toThrow(/outside/);
  expect(await readdir(folder)).toEqual(["out"]);
  await expect(downloadFolder(session, "data/", join(folder, "few"), { maxFiles: 1 })).rejects.toThrow(
    SdkError,
  );
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

test("removeOthers with a whole bucket is refused before anything is sent", async () => {
  const root = await write({ a: "1" });
  const refused = expect(uploadFiles(session, root, "s3://drivers/", { removeOthers: true })).rejects;
  await refused.toThrow(InvalidInputError);
  expect(await headObject(session, "a")).toBeUndefined();
});

test.each([
  ["x/a//b", "x/a/b"],
  ["x/a/./b", "x/a/b"],
  ["x/a", "x/a/b"],
])("%j and %j, which are one name on a disk, are refused before anything is written", async (...keys) => {
  for (const key of keys) aws.s3.put("drivers", key, key);
  const target = join(folder, "out");
  await expect(downloadFolder(session, "x/", target)).rejects.toThrow(/cannot both be written/);
  await expect(readdir(target)).rejects.toThrow("ENOENT");
});
