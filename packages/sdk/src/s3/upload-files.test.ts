import { randomBytes } from "node:crypto";
import { getEventListeners } from "node:events";
import { utimesSync } from "node:fs";
import { mkdir, readFile, symlink, truncate } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { Refusal } from "../../test/support/fake-aws.js";
import { follow } from "../../test/support/follow.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { folder, write } from "../../test/support/with-folder.js";
import type { AwsService, SendOptions } from "../aws/send-request.js";
import { InvalidInputError } from "../errors.js";
import type { Session } from "../session.js";
import { downloadFile } from "./download-file.js";
import { headObject } from "./head-object.js";
import { uploadFiles } from "./upload-files.js";

const MiB = 1024 * 1024;

beforeEach(() => {
  aws.s3.bucket("drivers");
});

test("uploads a folder with all below it, leaves hidden files out, and tells its progress", async () => {
  const root = await write({
    "train/a b.rec": "rec",
    "labels ä.json": "[]",
    ".DS_Store": "x",
    ".git/config": "x",
  });
  const { events, result: done } = await follow(uploadFiles(session, root, "s3://drivers/data", {}));
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
  });
  const abort = follow(uploading, (event) => event.kind === "progress" && controller.abort(reason));
  await expect(abort).rejects.toBe(reason);
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
  });
  const shrink = follow(
    uploading,
    (event) => event.kind === "progress" && truncate(join(root, "big.rec"), 9 * MiB),
  );
  await expect(shrink).rejects.toThrow(/became shorter while it was uploaded/);
  expect(aws.s3.uploads.size).toBe(0);
});

test("a file that is rewritten while it is sent is an error", async () => {
  const root = await write({ a: "one" });
  const touched = follow(uploadFiles(session, root, "data/"), (event) => {
    if (event.kind === "progress") utimesSync(join(root, "a"), 1, 1);
  });
  await expect(touched).rejects.toThrow(/changed while it was uploaded/);
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

test("removeOthers with a whole bucket is refused before anything is sent", async () => {
  const root = await write({ a: "1" });
  const refused = expect(uploadFiles(session, root, "s3://drivers/", { removeOthers: true })).rejects;
  await refused.toThrow(InvalidInputError);
  expect(await headObject(session, "a")).toBeUndefined();
});
