import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createPool, FfmpegError, markUpVideo } from "@sightline/video-markup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeBrightSpotDetector } from "./support/bright-spots.js";
import { finish } from "./support/finish.js";
import { makeVideo } from "./support/make-video.js";
import { childrenOf, eventually, processesMentioning } from "./support/processes.js";
import { createRandom } from "./support/random.js";

const random = createRandom(Number(process.env.SIGHTLINE_SEED ?? 1));

/** Random moments at which a parent is killed; SIGHTLINE_KILLS=10 for the full count. */
const kills = Number(process.env.SIGHTLINE_KILLS ?? 3);

let folder: string;
let model: string;
let video: string;
/** What an undisturbed run makes. */
let reference: { video: Buffer; records: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-kill-"));
  model = join(folder, "bright.onnx");
  video = join(folder, "input.mp4");
  await writeBrightSpotDetector(model);
  await makeVideo(video, { seconds: 12, size: "480x270" });
  const output = join(folder, "reference.mp4");
  await ended(start(output));
  reference = { video: await readFile(output), records: await readFile(`${output}.jsonl`, "utf8") };
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function start(output: string): ChildProcess {
  const script = fileURLToPath(new URL("./support/run-job.mjs", import.meta.url));
  return spawn(process.execPath, [script, video, output, model], { stdio: ["ignore", "pipe", "inherit"] });
}

async function ended(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout!.on("data", (chunk) => {
    text += chunk;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code).toBe(0);
  return text;
}

/** Waits until a job has rendered more than `frames` frames. */
async function rendered(child: ChildProcess, frames: number): Promise<void> {
  let text = "";
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    text += chunk;
    const counts = [...text.matchAll(/"framesRendered":(\d+)/g)];
    if (Number(counts.at(-1)?.[1] ?? 0) > frames) return;
  }
}

async function expectReference(output: string): Promise<void> {
  const made = await readFile(output);
  const other = made.findIndex((byte, at) => byte !== reference.video[at]);
  const where = `${made.length} bytes instead of ${reference.video.length}, the first other one at ${other}`;
  expect(made.equals(reference.video), where).toBe(true);
  expect(await readFile(`${output}.jsonl`, "utf8")).toBe(reference.records);
}

describe.skipIf(process.platform !== "linux")("a parent that is killed with SIGKILL", () => {
  it("leaves no process and no partial output, and the next run goes on and ends the same", async () => {
    let resumed = 0;
    for (let n = 0; n < kills; n++) {
      const output = join(folder, `killed-${n}.mp4`);
      const child = start(output);
      // Random moments of the work, each as likely as another however slow the machine is; one in four before it.
      await rendered(child, n % 4 === 3 ? -1 : 300 * random());
      const descendants = childrenOf(child.pid!).flatMap((host) => [host, ...childrenOf(host.pid)]);
      child.kill("SIGKILL");
      const running = () => processesMentioning("").map(({ pid }) => pid);
      const gone = await eventually(() => {
        const now = new Set(running());
        return descendants.every(({ pid }) => !now.has(pid));
      });
      expect(gone, `left running: ${JSON.stringify(descendants)}`).toBe(true);
      expect(processesMentioning(output)).toEqual([]);
      const log = await ended(start(output));
      resumed += Number(/"resumedSegments":(\d+)/.exec(log)![1]);
      await expectReference(output);
    }
    console.info(`killed ${kills} times; ${resumed} finished segments were taken up again`);
  });
});

describe.skipIf(process.platform !== "linux")("a parent that ends itself", () => {
  it("leaves no process and nothing unfinished, and the next run goes on and ends the same", async () => {
    for (let n = 0; n < kills; n++) {
      const output = join(folder, `left-${n}.mp4`);
      const child = start(output);
      await rendered(child, 300 * random());
      const closed = once(child, "exit");
      child.kill("SIGUSR2");
      expect(await closed).toEqual([3, null]);
      const left = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".partial"));
      expect(left).toEqual([]);
      expect(await eventually(() => processesMentioning(output).length === 0)).toBe(true);
      await ended(start(output));
      await expectReference(output);
    }
  });
});

describe.skipIf(process.platform !== "linux")("a job whose helpers are killed", () => {
  it("tries the segment of a killed host again and ends the same", async () => {
    const pool = createPool({ workers: 2 });
    const output = join(folder, "host.mp4");
    const options = { model, pool, segmentSeconds: 1, confidence: 0.6, encoding: { preset: "ultrafast" } };
    const job = markUpVideo(video, output, { ...options, detectionsPath: `${output}.jsonl` });
    const retries: string[] = [];
    let killed = 0;
    for await (const event of job) {
      if (event.kind === "retry") retries.push(event.reason);
      if (event.kind === "frames" && event.framesDetected > 100 * killed && killed < 2 && pool.pids[0]) {
        process.kill(pool.pids[0], "SIGKILL");
        killed++;
      }
    }
    expect(killed).toBe(2);
    expect(retries.length).toBeGreaterThan(0);
    await expectReference(output);
    await pool.close();
  });

  it("says so when its ffmpeg is killed, leaves nothing running, and goes on in the next run", async () => {
    const pool = createPool({ workers: 2 });
    const output = join(folder, "ffmpeg.mp4");
    const options = { model, pool, segmentSeconds: 1, confidence: 0.6, encoding: { preset: "ultrafast" } };
    const job = markUpVideo(video, output, { ...options, detectionsPath: `${output}.jsonl` });
    const run = (async () => {
      for await (const event of job) {
        if (event.kind !== "frames" || event.framesRendered < 60) continue;
        const ffmpegs = pool.pids.flatMap((pid) => childrenOf(pid));
        for (const { pid } of ffmpegs) {
          try {
            process.kill(pid, "SIGKILL");
          } catch {
            // Ended by itself since it was listed.
          }
        }
      }
    })();
    await expect(run).rejects.toThrow(FfmpegError);
    expect(await readdir(folder)).not.toContain("ffmpeg.mp4");
    expect(await eventually(() => processesMentioning(video).length === 0)).toBe(true);
    await finish(markUpVideo(video, output, { ...options, detectionsPath: `${output}.jsonl` }));
    await expectReference(output);
    await pool.close();
  });

  it("fails with the reason on a full disk, leaves no output, and ends the same once there is room", async ({
    skip,
  }) => {
    const disk = join(folder, "disk");
    await mkdir(disk, { recursive: true });
    const mount = spawn("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], { stdio: "ignore" });
    const code = await new Promise((resolve) => {
      mount.once("error", () => resolve(-1));
      mount.once("close", resolve);
    });
    if (code !== 0) return skip("needs the right to mount a small tmpfs");
    const output = join(disk, "full.mp4");
    const options = { model, segmentSeconds: 1, confidence: 0.6, encoding: { preset: "ultrafast" } };
    const run = () =>
      finish(markUpVideo(video, output, { ...options, minFreeBytes: 0, detectionsPath: `${output}.jsonl` }));
    try {
      await expect(run()).rejects.toThrow(/no space|ENOSPC/i);
      expect((await readdir(disk)).filter((name) => !name.startsWith("."))).toEqual([]);
      expect(await eventually(() => processesMentioning(video).length === 0)).toBe(true);
      const grow = spawn("mount", ["-o", "remount,size=64m", disk], { stdio: "ignore" });
      await new Promise((resolve) => grow.once("close", resolve));
      await run();
      await cp(output, join(folder, "full.mp4"));
      await cp(`${output}.jsonl`, join(folder, "full.mp4.jsonl"));
    } finally {
      const umount = spawn("umount", [disk], { stdio: "ignore" });
      await new Promise((resolve) => umount.once("close", resolve));
    }
    await expectReference(join(folder, "full.mp4"));
  });
});
