import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkOutputs } from "./check-outputs.js";

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "sightline-outputs-")));
  await mkdir(join(folder, "videos"));
  await writeFile(join(folder, "videos", "road.mp4"), "a video");
  await symlink("videos", join(folder, "linked"));
  await symlink(join("videos", "road.mp4"), join(folder, "link.mp4"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it.each([
  ["under its own path", "videos/road.mp4", "videos/road.mp4"],
  ["under a relative path", "videos/road.mp4", "./videos/../videos/road.mp4"],
  ["through a linked folder", "linked/road.mp4", "videos/road.mp4"],
  ["that was read through a link", "link.mp4", "videos/road.mp4"],
  ["that is the link itself", "link.mp4", "link.mp4"],
])("refuses to write over a file %s", async (_, read, written) => {
  const input = { what: "input", path: join(folder, read) };
  for (const path of [`${folder}/${written}`, relative(process.cwd(), join(folder, written))]) {
    await expect(checkOutputs([{ what: "detections file", path }], [input])).rejects.toThrow(
      new TypeError(`the detections file ${path} is the input; choose another name`),
    );
  }
});

it("refuses two outputs under one name, and takes outputs that do not exist yet", async () => {
  const output = (what: string, name: string) => ({ what, path: join(folder, name) });
  await expect(
    checkOutputs([output("output", "new/a.mp4"), output("detections file", "new/a.mp4")], []),
  ).rejects.toThrow("is the output; choose another name");
  await checkOutputs(
    [output("output", "new/a.mp4"), output("detections file", "new/a.jsonl"), { what: "x", path: undefined }],
    [output("input", "videos/road.mp4"), { what: "model", path: undefined }],
  );
});
