import { randomBytes } from "node:crypto";
import { getEventListeners } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { follow } from "../../test/support/follow.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { folder } from "../../test/support/with-folder.js";
import { SdkError } from "../errors.js";
import { downloadFile } from "./download-file.js";
import { downloadFolder } from "./download-folder.js";

const MiB = 1024 * 1024;

beforeEach(() => {
  aws.s3.bucket("drivers");
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
  const changed = follow(downloadFile(session, "big", join(folder, "big")), () =>
    aws.s3.put("drivers", "big", "new"),
  );
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
  });
  await expect(follow(downloading, () => controller.abort(reason))).rejects.toBe(reason);
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
