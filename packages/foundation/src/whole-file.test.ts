import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startWholeFile, writeWholeFile } from "./whole-file.js";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "whole-"));
  path = join(folder, "deep", "file.txt");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("makes the folder, and is there when it is complete", async () => {
  const file = await startWholeFile(path);
  await file.write("one, ");
  await file.write(new TextEncoder().encode("two"));
  expect((await readdir(join(folder, "deep"))).filter((name) => !name.startsWith("."))).toEqual([]);
  await file.commit();
  await file.discard();
  expect(await readdir(join(folder, "deep"))).toEqual(["file.txt"]);
  expect(await readFile(path, "utf8")).toBe("one, two");
});

it("keeps bytes that the caller changes afterwards as they were", async () => {
  const memory = new Uint8Array([1, 2]);
  const file = await startWholeFile(path);
  await file.write(memory);
  memory.fill(9);
  await file.commit();
  expect([...(await readFile(path))]).toEqual([1, 2]);
});

it("leaves the earlier file and nothing else when it is discarded", async () => {
  await writeWholeFile(path, "before");
  const file = await startWholeFile(path);
  await file.write("x".repeat(200_000));
  await file.discard();
  expect(await readdir(join(folder, "deep"))).toEqual(["file.txt"]);
  expect(await readFile(path, "utf8")).toBe("before");
});

it("leaves nothing when it cannot have its name", async () => {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "inside"), "");
  await expect(writeWholeFile(path, "text")).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(await readdir(join(folder, "deep"))).toEqual(["file.txt"]);
});

it("removes what a killed process left of this file, not of others", async () => {
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.once("exit", resolve));
  await mkdir(join(folder, "deep"));
  const left = (name: string, pid: number) =>
    writeFile(join(folder, "deep", `.${name}.${hostname()}-${pid}-1-abc.partial`), "");
  await left("file.txt", child.pid!);
  await left("file.txt", process.pid);
  await left("other.txt", child.pid!);
  await writeWholeFile(path, "text", { flush: false });
  expect(await readdir(join(folder, "deep"))).toHaveLength(3);
});
