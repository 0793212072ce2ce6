import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { removeTemporaryBelow, temporaryName } from "./temporary-name.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "temporary-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("removes at any depth what processes that have ended left, and nothing else", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const deep = join(folder, "a", "b");
  await mkdir(join(deep, `.folder.${hostname()}-${pid}-1-x.partial`, "c"), { recursive: true });
  const own = temporaryName(join(deep, "mine.rec"));
  const kept = [
    own,
    ...["whole.rec", `.b.rec.${hostname()}-${pid}-1-x`, `.b.rec.elsewhere-${pid}-1-x.partial`],
  ];
  const gone = [
    `.a.rec.${hostname()}-${pid}-1-x.partial`,
    `.a.${hostname()}-b.${hostname()}-${pid}-2-x.partial`,
  ];
  const names = [...kept, ...gone].map((name) => basename(name));
  await Promise.all(names.map((name) => writeFile(join(deep, name), "x")));
  await removeTemporaryBelow(folder);
  expect((await readdir(deep)).sort()).toEqual(kept.map((name) => basename(name)).sort());
});
