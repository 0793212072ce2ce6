import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { probeVideo } from "@sightline/video-markup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeBrightSpotDetector } from "./support/bright-spots.js";
import { records } from "./support/finish.js";
import { ffmpeg, makeVideo } from "./support/make-video.js";
import { eventually, processesMentioning } from "./support/processes.js";

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-cli-"));
  await writeBrightSpotDetector(join(folder, "bright.onnx"));
  await makeVideo(join(folder, "road.mp4"), { seconds: 2 });
  await makeVideo(join(folder, "long.mp4"), { seconds: 30, size: "640x360" });
  await writeFile(join(folder, "text.mp4"), "not a video");
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What is sent to a command line, and when. */
interface Interrupt {
  readonly signal: NodeJS.Signals;
  readonly when: (stderr: string) => boolean;
}

function run(args: readonly string[], interrupt?: Interrupt) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: folder });
    let stdout = "";
    let stderr = "";
    let interrupted = false;
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const watch = setInterval(() => {
      // Once: a second Ctrl-C ends the program without tidying up.
      if (!interrupted && interrupt?.when(stderr)) interrupted = child.kill(interrupt.signal);
    }, 10);
    child.once("close", (code) => {
      clearInterval(watch);
      resolve({ code, stdout, stderr });
    });
  });
}

describe("video-markup", () => {
  it("marks up a video under the default name, with progress on stderr and one JSON line on stdout", async () => {
    const args = ["road.mp4", "--model", "bright.onnx", "--detections", "road.jsonl", "--json"];
    const { code, stdout, stderr } = await run([...args, "--confidence", "0.6", "--annotate", "box,label"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ output: "road_output.mp4", frames: 50, provider: "cpu" });
    expect(stderr).toContain("50 frames, 160x120");
    expect(await records(join(folder, "road.jsonl"))).toHaveLength(50);
    expect(await readdir(folder)).toContain("road_output.mp4");
  });

  it("draws lines and zones with their counts, and counts at them in a report", async () => {
    const counting = ["--line", "gate=80,0,80,120,2", "--zone", "left=0,0,80,0,80,120,0,120"];
    const marked = ["road.mp4", "--model", "bright.onnx", "--confidence", "0.6", "--track"];
    const plain = await run([...marked, "--detections", "crossed.jsonl", "-o", "plain.mp4"]);
    expect(plain.code).toBe(0);
    const drawn = await run([...marked, ...counting, "-o", "drawn.mp4"]);
    expect(drawn).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, "drawn.mp4"))).not.toEqual(await readFile(join(folder, "plain.mp4")));
    const args = ["report", "crossed.jsonl", "--video", "plain.mp4", ...counting, "--json"];
    const { code, stdout } = await run(args);
    expect(code).toBe(0);
    const { lines, zones } = JSON.parse(stdout);
    expect(Object.keys(lines)).toEqual(["gate"]);
    expect(lines.gate).toEqual({
      in: expect.any(Number),
      out: expect.any(Number),
      byClass: expect.anything(),
    });
    expect(zones.left.objects).toBeGreaterThan(0);
    expect(await readFile(join(folder, "crossed.html"), "utf8")).toContain("gate");
  });

  it("tells what is wrong with a command line, and with an input, by message and status", async () => {
    expect(await run(["--help"])).toMatchObject({ code: 0, stderr: "" });
    expect(await run(["road.mp4"])).toMatchObject({ code: 2, stdout: "" });
    expect((await run(["road.mp4", "--model", "m.onnx", "--confidence", "2"])).stderr).toContain(
      "from 0 to 1",
    );
    expect((await run(["road.mp4", "--model", "m.onnx", "--annotate", "lable"])).stderr).toContain(
      'not "lable". Did you mean "label"?',
    );
    expect((await run(["road.mp4", "--modle", "m.onnx"])).stderr).toContain('Did you mean "--model"?');
    expect((await run(["road.mp4", "--model", "m.onnx", "--shard", "5/4"])).stderr).toContain("2/4");
    const refused = await run(["text.mp4", "--model", "bright.onnx"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr.trim().split("\n")).toHaveLength(1);
    expect((await readdir(folder)).filter((name) => name.includes("text_output"))).toEqual([]);
  });

  it("works on stored detections alone: tracks, exports, reports, and takes pictures out of the video", async () => {
    const detect = ["detect", "road.mp4", "--model", "bright.onnx", "--confidence", "0.6"];
    expect(await run([...detect, "--detections", "found.jsonl"])).toMatchObject({ code: 0 });
    expect(await run(["track", "found.jsonl", "-o", "ids.jsonl"])).toMatchObject({ code: 0 });
    const ids = (await records(join(folder, "ids.jsonl"))).flatMap(({ detections }) =>
      detections.map(({ trackId }) => trackId),
    );
    expect(new Set(ids).size).toBeGreaterThan(1);
    expect(await run(["export", "ids.jsonl", "--format", "csv", "--video", "road.mp4"])).toMatchObject({
      code: 0,
    });
    expect((await readFile(join(folder, "ids.csv"), "utf8")).trim().split("\n")).toHaveLength(ids.length + 1);
    expect(await run(["report", "ids.jsonl", "--video", "road.mp4", "-o", "road.html"])).toMatchObject({
      code: 0,
    });
    const html = await readFile(join(folder, "road.html"), "utf8");
    expect(html).toContain('src="road.mp4"');
    expect(html).toContain("data:image/jpeg;base64,/9j/");
    const pictures = await run([
      "pictures",
      "ids.jsonl",
      "--video",
      "road.mp4",
      "-o",
      "shown 100%d",
      "--json",
    ]);
    const { files } = JSON.parse(pictures.stdout) as { files: string[] };
    expect(files).toEqual(await readdir(join(folder, "shown 100%d")).then((names) => names.sort()));
    expect(files).toEqual(expect.arrayContaining(["clip-001.mp4", "contact-sheet.jpg", "thumbnail-001.jpg"]));
    const clip = await probeVideo(join(folder, "shown 100%d", "clip-001.mp4"));
    expect(clip.durationSeconds).toBeGreaterThan(1);
    expect((await run(["export", "ids.jsonl", "--format", "csv"])).stderr).toContain("--size 1280x720");
    expect((await run(["report", "ids.jsonl"])).stderr).toContain("--video FILE");
  });

  it("marks up pictures: a folder, or files one behind the other", async () => {
    await mkdir(join(folder, "stills"));
    for (const n of [1, 2]) {
      await ffmpeg([
        "-ss",
        `${n / 2}`,
        "-i",
        join(folder, "road.mp4"),
        "-frames:v",
        "1",
        join(folder, "stills", `${n}.jpg`),
      ]);
    }
    await writeFile(join(folder, "stills", "3.png"), "not a picture");
    const look = ["--model", "bright.onnx", "--confidence", "0.6", "--json"];
    const refused = await run(["stills", ...look, "-o", "marked"]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("3.png");
    const skipped = await run(["stills", ...look, "-o", "marked", "--on-error", "skip"]);
    expect(JSON.parse(skipped.stdout)).toMatchObject({
      outputFolder: "marked",
      images: 2,
      skipped: [{ image: "3.png" }],
    });
    expect((await readdir(join(folder, "marked"))).sort()).toEqual(["1.jpg", "2.jpg", "detections.jsonl"]);
    const two = await run([
      "stills/1.jpg",
      "stills/2.jpg",
      ...look,
      "-o",
      "two",
      "--detections",
      "two.jsonl",
    ]);
    expect(two.code).toBe(0);
    const text = await readFile(join(folder, "two.jsonl"), "utf8");
    expect(text).toBe(await readFile(join(folder, "marked", "detections.jsonl"), "utf8"));
  });

  it.each([
    ["detect", ["detect", "road.mp4", "--model", "bright.onnx", "--track"], "--track is not for detect"],
    [
      "render",
      ["render", "road.mp4", "--detections", "road.jsonl", "--shard", "1/2"],
      "--shard is not for render",
    ],
    [
      "pictures",
      ["stills.jpg", "--model", "bright.onnx", "--crf", "20"],
      "--crf is not for marking up pictures",
    ],
    [
      "live streams",
      ["road.mp4", "--live", "--shard", "1/2", "--model", "m"],
      "--shard is not for live streams",
    ],
    ["videos", ["road.mp4", "--model", "m", "--on-error", "skip"], "it is for marking up pictures"],
  ])("refuses for %s an option that would do nothing", async (_, args, message) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it("never writes over what it reads", async () => {
    const before = await readFile(join(folder, "road.mp4"));
    await writeFile(join(folder, "own.jsonl"), "");
    const refused = [
      ["road.mp4", "--model", "bright.onnx", "-o", "own.mp4", "--detections", "road.mp4"],
      ["road.mp4", "--model", "bright.onnx", "-o", "bright.onnx"],
      ["road.mp4", "--live", "--model", "bright.onnx", "-o", "own.mp4", "--detections", "own.mp4"],
      ["render", "road.mp4", "--detections", "own.jsonl", "-o", "own.jsonl"],
      ["export", "own.jsonl", "--format", "csv", "--size", "1x1", "-o", "own.jsonl"],
      ["report", "own.jsonl", "--video", "road.mp4", "-o", "road.mp4"],
    ];
    for (const args of refused) {
      const { code, stderr } = await run(args);
      expect({ args, code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("choose another name"),
      });
    }
    expect(await readFile(join(folder, "road.mp4"))).toEqual(before);
  });

  it("ends in order when nobody reads what it prints", async () => {
    const ended = (args: readonly string[], closed: "stdout" | "stderr") =>
      new Promise<{ code: number | null; text: string }>((resolve) => {
        const child = spawn(process.execPath, [cli, ...args], { cwd: folder });
        child[closed].destroy();
        let text = "";
        child[closed === "stdout" ? "stderr" : "stdout"].on("data", (chunk) => {
          text += chunk;
        });
        child.once("close", (code) => resolve({ code, text }));
      });
    expect(await ended(["--help"], "stdout")).toEqual({ code: 0, text: "" });
    const args = ["road.mp4", "--model", "bright.onnx", "-o", "unseen.mp4", "--json"];
    const unseen = await ended(args, "stderr");
    expect(unseen.code).toBe(0);
    expect(JSON.parse(unseen.text)).toMatchObject({ frames: 50 });
  });

  it.skipIf(process.platform === "win32").each([[[]], [["--track"]]])(
    "stops at Ctrl-C, leaves no process, and goes on when called again %j",
    async (more) => {
      const args = ["long.mp4", "--model", "bright.onnx", "-o", "long_output.mp4", ...more];
      const work = join(folder, ".long_output.mp4.sightline");
      const finished = () =>
        existsSync(work) &&
        readdirSync(work, { recursive: true }).some((name) => /\d{6}\.json$/.test(String(name)));
      const stopped = await run(args, { signal: "SIGINT", when: finished });
      expect(stopped.code).toBe(130);
      expect(stopped.stderr).toContain("goes on at the last finished segment");
      expect(await readdir(folder)).not.toContain("long_output.mp4");
      expect(await eventually(() => processesMentioning("long.mp4").length === 0)).toBe(true);
      const again = await run(args);
      expect(again.code).toBe(0);
      expect(again.stderr).toMatch(/segments, \d+ done before/);
      await rm(join(folder, "long_output.mp4"));
    },
  );

  it.skipIf(process.platform === "win32").each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "ends with its status behind %s, and promises nothing where nothing is finished",
    async (signal, code) => {
      const args = ["long.mp4", "--model", "bright.onnx", "-o", "stopped.mp4"];
      const stopped = await run(args, { signal, when: (stderr) => stderr.includes("segments") });
      expect(stopped).toMatchObject({ code, stdout: "" });
      expect(stopped.stderr).toContain(`interrupted by ${signal}`);
      expect(stopped.stderr).not.toContain("goes on");
      expect((await readdir(folder)).filter((name) => name.includes("stopped"))).toEqual([]);
    },
  );
});
