import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ListError } from "../errors.js";
import { listFromCsv, listFromJsonLines, listFromRows } from "./list-from-table.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-table-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function fileOf(text: string): Promise<string> {
  const path = join(folder, "table");
  await writeFile(path, text);
  return path;
}

describe("listFromJsonLines", () => {
  it("takes a file with a byte order mark", async () => {
    const path = await fileOf('\ufeff{"img":"a.jpg","class":"cat"}\n');
    expect((await listFromJsonLines(path, { root: "." })).entries).toEqual([
      { id: 0, labels: [0], path: "cat/a.jpg", className: "cat" },
    ]);
  });

  it.each([
    ["null", '{"img":"a.jpg","class":null}', /table:2: the column "class" is empty/],
    ["an object", '{"img":"a.jpg","class":{"name":"cat"}}', /table:2: the column "class" is empty/],
    ["a missing class", '{"img":"a.jpg"}', /table:2: the column "class" is empty/],
    ["an image of null", '{"img":null,"class":"cat"}', /table:2: the column "img" is empty/],
  ])("makes no class and no path of %s", async (_, line, message) => {
    const path = await fileOf(`{"img":"b.jpg","class":"dog"}\n${line}\n`);
    await expect(listFromJsonLines(path, { root: "." })).rejects.toThrow(ListError);
    await expect(listFromJsonLines(path, { root: "." })).rejects.toThrow(message);
  });
});

describe("listFromCsv", () => {
  it("names the row whose class is empty", async () => {
    const path = await fileOf("img,classname\na.jpg,cat\nb.jpg,\n");
    await expect(listFromCsv(path, { root: "." })).rejects.toThrow(
      /table:3: the column "classname" is empty/,
    );
  });
});

describe("listFromRows", () => {
  it("says that there are no rows", () => {
    expect(() => listFromRows([], { root: "." })).toThrow(ListError);
  });
});
