import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RecordFolder } from "../state/record-store.js";
import { createTagStore, type Tag, type TagStore } from "./tags.js";

const ResourceArn = "arn:aws:sagemaker:us-east-1:000000000000:model/m";
const numbered = (count: number): Tag[] =>
  Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: String(index) }));

describe("tags", () => {
  let folder: string;
  let records: RecordFolder;
  let store: TagStore;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "sightline-tags-"));
    records = new RecordFolder(folder);
    store = createTagStore(records.open<readonly Tag[]>("tags"));
  });
  afterEach(() => {
    records.close();
    rmSync(folder, { recursive: true });
  });

  test("are listed page by page, each once, in the order in which they were added", async () => {
    store.create(ResourceArn, numbered(50));
    const { ListTags } = store.operations;
    const pages: number[] = [];
    const listed: Tag[] = [];
    let NextToken: string | undefined;
    do {
      const more = NextToken === undefined ? {} : { NextToken };
      const page = await ListTags({ ResourceArn, MaxResults: 20, ...more });
      pages.push(page.Tags!.length);
      listed.push(...(page.Tags as Tag[]));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(pages).toEqual([20, 20, 10]);
    expect(listed).toEqual(numbered(50));
    expect(await ListTags({ ResourceArn })).toEqual({ Tags: numbered(50), NextToken: undefined });
  });

  test("refuse a token that no page gave, and a 51st tag; a tag of the same key is replaced", async () => {
    const { AddTags, ListTags } = store.operations;
    expect(() => ListTags({ ResourceArn, NextToken: "next" })).toThrow("nextToken is invalid");
    store.create(ResourceArn, numbered(50));
    expect(() => AddTags({ ResourceArn, Tags: [{ Key: "one more", Value: "" }] })).toThrow("50 tags at most");
    await AddTags({ ResourceArn, Tags: [{ Key: "k7", Value: "new" }] });
    const { Tags } = await ListTags({ ResourceArn });
    expect(Tags).toHaveLength(50);
    expect(Tags![7]).toEqual({ Key: "k7", Value: "new" });
  });

  test("of a resource that has none, or has gone, are an empty list", async () => {
    const { DeleteTags, ListTags } = store.operations;
    store.create(ResourceArn, numbered(2));
    await DeleteTags({ ResourceArn, TagKeys: ["k0"] });
    expect((await ListTags({ ResourceArn })).Tags).toEqual([{ Key: "k1", Value: "1" }]);
    store.remove(ResourceArn);
    expect((await ListTags({ ResourceArn })).Tags).toEqual([]);
  });
});
