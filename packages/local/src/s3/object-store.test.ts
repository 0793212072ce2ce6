import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { ObjectStore } from "./object-store.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "sightline-objects-"));
afterEach(() => rmSync(folder, { recursive: true }));

test("an upload whose object was made before the server was killed is over, and takes no bytes with it", () => {
  const store = new ObjectStore(folder);
  const bucket = store.createBucket("bucket", "us-east-1");
  const segments = [{ id: "segment", size: 1 }];
  writeFileSync(store.segments.pathOf("segment"), "x");
  const about = { headers: {}, metadata: {} };
  bucket.putUpload({ id: "upload", key: "key", initiated: 0, ...about });
  bucket.putPart("upload", { number: 1, size: 1, etag: "e", lastModified: 0, segments });
  store.commit(bucket, { key: "key", size: 1, etag: "e-1", lastModified: 0, segments, ...about }, "");
  store.close();

  const again = new ObjectStore(folder);
  expect([...again.bucket("bucket").uploads.keys()]).toEqual([]);
  expect([...again.bucket("bucket").parts("upload").keys()]).toEqual([]);
  expect(readFileSync(again.segments.pathOf("segment"), "utf8")).toBe("x");
  again.close();
});
