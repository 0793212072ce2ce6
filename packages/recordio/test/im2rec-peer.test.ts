import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataFolder, drawImages, run } from "./programs.js";

// The same command lines given to MXNet's own tools/im2rec.py: SIGHTLINE_IM2REC_PY names the script,
// SIGHTLINE_MXNET_PYTHON a Python with mxnet and cv2.
const python = process.env.SIGHTLINE_MXNET_PYTHON;
const script = process.env.SIGHTLINE_IM2REC_PY;
const hasPeer = python !== undefined && script !== undefined;
if (!hasPeer) console.warn("skipped: SIGHTLINE_MXNET_PYTHON and SIGHTLINE_IM2REC_PY do not name im2rec.py");

let folder: string;
let images: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-peer-"));
  images = join(folder, "drawn");
  await drawImages(images, 57);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Runs both tools with the same words, each in a folder of its own. */
async function both(
  name: string,
  words: readonly string[],
  root: string,
): Promise<{ theirs: string; ours: string; out: string[] }> {
  const theirs = join(folder, name, "theirs");
  const ours = join(folder, name, "ours");
  await mkdir(theirs, { recursive: true });
  await mkdir(ours, { recursive: true });
  if (!words.includes("--list")) {
    await run("im2rec", "--list", "--recursive", join(theirs, "p"), root);
    await copyFile(join(theirs, "p.lst"), join(ours, "p.lst"));
  }
  const peer = words.filter((word) => word !== "--exact");
  const theirOut = execFileSync(python!, [script!, ...peer, join(theirs, "p"), root], {
    encoding: "utf8",
    stdio: "pipe",
  });
  const { out } = await run("im2rec", ...words, join(ours, "p"), root);
  return { theirs, ours, out: [theirOut, out] };
}

const contents = async (path: string, ending: RegExp): Promise<[string, string][]> => {
  const names = (await readdir(path)).filter((name) => ending.test(name)).sort();
  return await Promise.all(
    names.map(async (name): Promise<[string, string]> => [name, await readFile(join(path, name), "latin1")]),
  );
};

describe.skipIf(!hasPeer)("the same command line", () => {
  it.each([
    ["all", "--recursive"],
    ["in-order", "--recursive --no-shuffle"],
    ["train", "--recursive --train-ratio 0.8"],
    ["test", "--recursive --train-ratio 0.7 --test-ratio 0.2"],
    ["chunks", "--recursive --chunks 3 --train-ratio 0.8"],
    ["many-chunks", "--exts .jpg --rec --chunks 7"],
  ])("gives the same lists and prints the same classes: %s", async (name, words) => {
    const { theirs, ours, out } = await both(`list-${name}`, ["--list", ...words.split(" ")], images);
    expect(await contents(ours, /lst$/)).toEqual(await contents(theirs, /lst$/));
    expect(out[1]).toBe(out[0]);
  });

  const photos = join(dataFolder, "images/customvision-mit");
  it.each([
    ["shrunk", "--exact --resize 40"],
    ["enlarged", "--exact --resize 100 --quality 70"],
    ["cropped", "--exact --resize 32 --center-crop"],
    ["as-it-is", "--exact --color -1"],
    ["passed", "--pass-through"],
  ])("gives the same records to the byte: %s", async (name, words) => {
    for (const root of [images, ...(existsSync(photos) ? [photos] : [])]) {
      const { theirs, ours } = await both(
        `${name}-${root === images ? "drawn" : "photos"}`,
        words.split(" "),
        root,
      );
      expect(await contents(ours, /idx$/)).toEqual(await contents(theirs, /idx$/));
      expect((await readFile(join(ours, "p.rec"))).equals(await readFile(join(theirs, "p.rec")))).toBe(true);
    }
  });
});
