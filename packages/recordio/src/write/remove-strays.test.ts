import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { RecordWriter } from "./record-writer.js";
import { removeStrays } from "./remove-strays.js";
import { uniqueSuffix } from "./unique-suffix.js";

/** No process has this number. */
const DEAD = 2 ** 30;

it("removes what killed processes left, and nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "strays-"));
  const kept = [
    "a.rec",
    "a.rec.gz",
    `a.rec.${uniqueSuffix()}.partial`,
    `a.rec.other-machine-${DEAD}-1-abc.partial`,
    `aa.rec.${hostname()}-${DEAD}-1-abc.partial`,
    `a.rec.${hostname()}-${DEAD}.mine`,
  ];
  const strays = [`a.rec.${hostname()}-${DEAD}-1-abc.partial`, `a.rec.${hostname()}-${DEAD}-2-x.stale`];
  for (const name of [...kept, ...strays]) await writeFile(join(folder, name), "");
  await removeStrays(join(folder, "a.rec"));
  expect((await readdir(folder)).sort()).toEqual(kept.sort());
  await rm(folder, { recursive: true });
});

it("is done by the next writer of a .rec", async () => {
  const folder = await mkdtemp(join(tmpdir(), "strays-"));
  await writeFile(join(folder, `a.rec.${hostname()}-${DEAD}-1-abc.partial`), "half");
  const writer = await RecordWriter.create(join(folder, "a.rec"));
  await writer.writeImage({ id: 0, labels: [0] }, Buffer.from("image"));
  await writer.close();
  expect((await readdir(folder)).sort()).toEqual(["a.idx", "a.rec"]);
  await rm(folder, { recursive: true });
});
