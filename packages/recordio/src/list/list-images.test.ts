import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { IMAGE_EXTENSIONS, listImages } from "./list-images.js";
import { splitList } from "./split-list.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-list-"));
  await mkdir(join(folder, "cat"));
  for (const name of ["a.jpg", "b.PNG", "c.txt", "d.heic", "e.bmp"])
    await writeFile(join(folder, "cat", name), "x");
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const namesOf = async (extensions?: string[]): Promise<string[]> => {
  const { entries } = await listImages(folder, extensions && { extensions });
  return entries.map(({ path }) => path.replace("cat/", ""));
};

it("takes endings with and without the dot, in either case", async () => {
  expect(await namesOf(["jpg", ".PNG"])).toEqual(["a.jpg", "b.PNG"]);
});

it("takes what this machine can read: BMP, and HEIC only where libvips may", async () => {
  // sharp's own binaries, which the tests run with, have no decoder for it.
  expect(await namesOf()).toEqual(["a.jpg", "b.PNG", "e.bmp"]);
  expect(IMAGE_EXTENSIONS).not.toContain(".heic");
});

it("refuses a name that is not UTF-8: the file could not be opened by it", async () => {
  await writeFile(
    Buffer.concat([Buffer.from(join(folder, "cat/")), Buffer.from([0xe4]), Buffer.from(".jpg")]),
    "x",
  );
  await expect(listImages(folder)).rejects.toThrow(/cat\/\ufffd\.jpg: this name is not UTF-8/);
});

it("says of a list without groups what would give it some", async () => {
  const list = await listImages(folder);
  expect(() => splitList(list, { kind: "group", parts: { a: 1 } })).toThrow(
    "cat/a.jpg: the image has no group, which this kind of split keeps together. Take the list from a table",
  );
});
