import { execFileSync } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRecords } from "@sightline/recordio";
import { findFfmpeg } from "@sightline/video-markup";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildBrightDetector } from "./support/detector.js";
import { drawShape, SHAPES } from "./support/draw-shapes.js";
import { startProgram } from "./support/program.js";
import { waitUntil } from "./support/wait-until.js";

let top: string;
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), "sightline-test-"));
});
afterEach(() => rm(top, { recursive: true, force: true }));

/** The root of one host of a processing job, with its configuration. */
async function host(
  name: string,
  index: number,
  count: number,
  distribution = "FullyReplicated",
): Promise<string> {
  const root = join(top, `${name}-${index}`);
  await mkdir(join(root, "config"), { recursive: true });
  const hosts = Array.from({ length: count }, (_, i) => `algo-${i + 1}`);
  await writeFile(
    join(root, "config/resourceconfig.json"),
    JSON.stringify({ current_host: hosts[index], hosts }),
  );
  const images = { LocalPath: "/opt/ml/processing/input/images", S3DataDistributionType: distribution };
  await writeFile(
    join(root, "config/processingjobconfig.json"),
    JSON.stringify({ ProcessingInputs: [{ S3Input: images }] }),
  );
  return root;
}

async function run(root: string, ...args: string[]): Promise<{ code: number | string; output: string }> {
  const program = startProgram("process", root, {}, args);
  return { code: await program.ended, output: program.output() };
}

async function drawFolder(folder: string, perClass: number): Promise<void> {
  for (const [label, name] of SHAPES.entries()) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < perClass; i++)
      await writeFile(join(folder, name, `${i}.jpg`), await drawShape(label, i));
  }
}

async function idsOf(path: string): Promise<[number, number][]> {
  const ids: [number, number][] = [];
  for await (const { header, labels } of readRecords(path)) ids.push([header.id, labels[0]!]);
  return ids.sort((a, b) => a[0] - b[0]);
}

describe("process pack and join-records", () => {
  it("packs on three hosts what one host packs", async () => {
    const images = join(top, "images");
    await drawFolder(images, 4);
    const parts = join(await host("join", 0, 1), "processing/input/parts");
    await mkdir(parts, { recursive: true });
    for (const index of [0, 1, 2]) {
      const root = await host("pack", index, 3);
      await cp(images, join(root, "processing/input/images"), { recursive: true });
      const { code, output } = await run(root, "pack", "--name", "train", "--resize", "32");
      expect(code, output).toBe(0);
      const made = await readdir(join(root, "processing/output"));
      expect(made).toContain(`train-0000${index + 1}-of-00003.rec`);
      expect(await readFile(join(root, "output/message"), "utf8")).toMatch(/\d+ records/);
      for (const name of made) await copyFile(join(root, "processing/output", name), join(parts, name));
    }
    const joined = await run(join(top, "join-0"), "join-records");
    expect(joined.code, joined.output).toBe(0);
    expect(joined.output).toMatch(/16 records of 3 parts, checked/);

    const alone = await host("alone", 0, 1);
    await cp(images, join(alone, "processing/input/images"), { recursive: true });
    expect((await run(alone, "pack", "--name", "train", "--resize", "32")).code).toBe(0);
    const expected = await idsOf(join(alone, "processing/output/train-00001-of-00001.rec"));
    expect(await idsOf(join(top, "join-0/processing/output/train.rec"))).toEqual(expected);
    expect(expected).toHaveLength(16);

    await rm(join(parts, "train-00002-of-00003.rec"));
    const lacking = await run(join(top, "join-0"), "join-records");
    expect(lacking.code).toBe(1);
    expect(lacking.output).toMatch(/lacks train-00002-of-00003.rec: a host has not finished/);
  });

  it("packs the files that S3 gave this host, by a list that names them all", async () => {
    const images = join(top, "images");
    await drawFolder(images, 2);
    const root = await host("sharded", 0, 2, "ShardedByS3Key");
    await cp(join(images, "disc"), join(root, "processing/input/images/disc"), { recursive: true });
    const refused = await run(root, "pack");
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/no host sees all classes: give a list/);
    await mkdir(join(root, "processing/input/list"), { recursive: true });
    const lines = SHAPES.flatMap((name, label) =>
      [0, 1].map((i) => `${label * 2 + i}\t${label}\t${name}/${i}.jpg\n`),
    );
    await writeFile(join(root, "processing/input/list/all.lst"), lines.join(""));
    const { code, output } = await run(root, "pack");
    expect(code, output).toBe(0);
    expect(await idsOf(join(root, "processing/output/part-00001-of-00002.rec"))).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  it("fails with one clear line on a broken image, an unknown task or option", async () => {
    const root = await host("broken", 0, 1);
    await drawFolder(join(root, "processing/input/images"), 1);
    await writeFile(join(root, "processing/input/images/disc/bad.jpg"), "no image");
    const broken = await run(root, "pack");
    expect(broken.code).toBe(1);
    expect(broken.output).toMatch(/^process: .*bad\.jpg/m);
    expect((await readdir(join(root, "processing/output"))).filter((name) => name.endsWith(".rec"))).toEqual(
      [],
    );
    expect(await run(root, "paint")).toMatchObject({
      code: 1,
      output: expect.stringMatching(/Unknown task "paint"/),
    });
    expect(await run(root, "pack", "--colour")).toMatchObject({
      code: 1,
      output: expect.stringMatching(/--colour/),
    });
    for (const name of ["../out", "", ".x"]) {
      const named = await run(root, "pack", "--name", name);
      expect(named).toMatchObject({ code: 1, output: expect.stringMatching(/^process: --name must be/m) });
    }
    expect(await run(root)).toMatchObject({ code: 2, output: expect.stringMatching(/^process TASK/) });
  });
});

describe("process join-records", () => {
  it("leaves nothing that looks like a result when the reports tell another count", async () => {
    const root = await host("count", 0, 1);
    await drawFolder(join(root, "processing/input/images"), 1);
    expect((await run(root, "pack", "--output", join(root, "processing/input/parts"))).code).toBe(0);
    const report = join(root, "processing/input/parts/part-00001-of-00001.report.json");
    const content = JSON.parse(await readFile(report, "utf8"));
    await writeFile(report, JSON.stringify({ ...content, records: 99 }));
    const { code, output } = await run(root, "join-records");
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/process: The parts hold \d+ records, but their reports say 99/),
    ]);
    expect(output).not.toContain("    at ");
    expect(await readdir(join(root, "processing/output"))).toEqual([]);
  });
});

/** A square that is bright from the second second on. */
async function drawRoad(seconds: number): Promise<string> {
  const square = "drawbox=x=16:y=24:w=8:h=8:color=white:t=fill:enable='gte(t,1)'";
  const source = [
    "-v",
    "error",
    "-y",
    "-f",
    "lavfi",
    "-i",
    `color=black:s=64x64:r=10:d=${seconds},${square}`,
  ];
  const video = join(top, "road.mp4");
  const encode = ["-c:v", "libx264", "-g", "10", "-pix_fmt", "yuv420p", video];
  execFileSync((await findFfmpeg()).path, [...source, ...encode]);
  return video;
}

async function layOutVideo(root: string, video: string): Promise<string> {
  await mkdir(join(root, "processing/input/video"), { recursive: true });
  await mkdir(join(root, "processing/input/model"), { recursive: true });
  await copyFile(video, join(root, "processing/input/video/road.mp4"));
  await writeFile(join(root, "processing/input/model/d.onnx"), buildBrightDetector());
  const manifest = {
    schemaVersion: 1,
    task: "video-markup",
    model: "d.onnx",
    // What serve takes from a manifest: more than a caller of serve may choose.
    options: { confidence: 0.6, layout: "yolov8" },
  };
  await writeFile(join(root, "processing/input/model/manifest.json"), JSON.stringify(manifest));
  return root;
}

describe("process mark-up and join-video", () => {
  it("is stopped by SIGTERM and goes on in the next container: the same bytes", async () => {
    const video = await drawRoad(16);
    const whole = await layOutVideo(await host("whole", 0, 1), video);
    expect((await run(whole, "mark-up")).code).toBe(0);
    const stopped = await layOutVideo(await host("stopped", 0, 1), video);
    const output = join(stopped, "processing/output");
    const program = startProgram("process", stopped, {}, ["mark-up"]);
    const finished = async (): Promise<string[]> =>
      (await readdir(output, { recursive: true }).catch(() => [])).filter((name) => /\d{6}\.mp4$/.test(name));
    let isOver = false;
    void program.ended.then(() => {
      isOver = true;
    });
    await waitUntil(async () => isOver || (await finished()).length > 0);
    program.process.kill("SIGTERM");
    // It may have been done already; then there is nothing to go on with.
    expect([143, 0]).toContain(await program.ended);
    expect((await run(stopped, "mark-up")).code).toBe(0);
    for (const name of ["road_output.mp4", "road_detections.jsonl"])
      expect(
        (await readFile(join(output, name))).equals(await readFile(join(whole, "processing/output", name))),
        name,
      ).toBe(true);
    expect((await readdir(output)).sort()).toEqual(["road_detections.jsonl", "road_output.mp4"]);
  });

  it("marks up on two hosts what one host marks up", async () => {
    const video = await drawRoad(4);
    const lay = (root: string) => layOutVideo(root, video);
    const join1 = await lay(await host("join", 0, 1));
    const early = await run(join1, "join-video");
    expect([early.code, early.output]).toEqual([1, expect.stringMatching(/parts cannot be read\.\n$/)]);
    await mkdir(join(join1, "processing/input/parts"));
    for (const index of [0, 1]) {
      const root = await lay(await host("mark", index, 2));
      const { code, output } = await run(root, "mark-up");
      expect(code, output).toBe(0);
      for (const name of await readdir(join(root, "processing/output"))) {
        await copyFile(join(root, "processing/output", name), join(join1, "processing/input/parts", name));
      }
    }
    const joined = await run(join1, "join-video");
    expect(joined.code, joined.output).toBe(0);
    const alone = await lay(await host("alone", 0, 1));
    expect((await run(alone, "mark-up")).code).toBe(0);
    const lines = await readFile(join(alone, "processing/output/road_detections.jsonl"), "utf8");
    expect(lines.trim().split("\n")).toHaveLength(40);
    expect(await readFile(join(join1, "processing/output/road_detections.jsonl"), "utf8")).toBe(lines);
    expect((await readdir(join(join1, "processing/output"))).sort()).toEqual([
      "road_detections.jsonl",
      "road_output.mp4",
      "road_summary.json",
    ]);
  });
});
