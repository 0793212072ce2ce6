// The whole pipeline against its limit, and against Python where SIGHTLINE_BENCH_PYTHON names an
// interpreter with opencv-python-headless, onnxruntime and supervision.
//
//   limit = cores / (CPU time of the model alone a frame + CPU time of ffmpeg's transcode alone a frame)
//
// All parts are measured in the same run, each with every core at work, because CPU time a frame grows when
// the other core is busy. Usage: pnpm bench [SECONDS of 720p30 video, default 180]
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFfmpeg } from "@sightline/video-markup";
import { run } from "./measure.mjs";
import { model, source } from "./real-data.mjs";

const seconds = Number(process.argv[2] ?? 180);
const frames = seconds * 30;
const cores = availableParallelism();
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { path: ffmpeg, version } = await findFfmpeg();
const folder = await mkdtemp(join(tmpdir(), "sightline-bench-"));
const coding = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-bf", "0", "-pix_fmt", "yuv420p"];
// As markUpVideo sets them: every core has a segment of its own.
const threads = "1";

try {
  const video = join(folder, "720p30.mp4");
  await run(
    ffmpeg,
    ["-v", "error", "-stream_loop", "-1", "-i", source, "-t", String(seconds)].concat([
      "-vf",
      "scale=1280:720,fps=30",
      "-c:v",
      "libx264",
      "-preset",
      "medium",
      "-crf",
      "20",
      "-g",
      "120",
      "-an",
      video,
    ]),
  );

  const modelRuns = await Promise.all(
    Array.from({ length: cores }, () => run(process.execPath, [here("model-alone.mjs"), model, "200"])),
  );
  const modelMs = mean(modelRuns.map(({ stdout }) => Number(stdout)));
  const transcodes = await Promise.all(
    Array.from({ length: cores }, (_, n) =>
      run(ffmpeg, [
        "-v",
        "error",
        "-threads",
        "1",
        "-i",
        video,
        ...coding,
        "-threads",
        threads,
        join(folder, `t${n}.mp4`),
      ]),
    ),
  );
  const transcodeMs = mean(transcodes.map(({ cpuMs }) => cpuMs / frames));
  const limit = (1000 * cores) / (modelMs + transcodeMs);

  const cli = here("../dist/cli.js");
  const ours = await run(
    process.execPath,
    [cli, video, "--model", model, "-o", join(folder, "ours.mp4"), "--json"],
    { memory: existsSync("/proc/self/smaps_rollup") },
  );
  // What a job costs before and after its frames: the job of a single frame.
  const single = await run(process.execPath, [
    cli,
    video,
    "--model",
    model,
    "-o",
    join(folder, "single.mp4"),
    "--json",
    "--max-seconds",
    "0.01",
  ]);
  const apart = await run(process.execPath, [
    cli,
    "detect",
    video,
    "--model",
    model,
    "-o",
    join(folder, "ours.jsonl"),
    "--json",
  ]);
  const redraw = await run(process.execPath, [
    cli,
    "render",
    video,
    "--detections",
    join(folder, "ours.jsonl"),
    "-o",
    join(folder, "re.mp4"),
    "--json",
  ]);
  const found = JSON.parse(ours.stdout).detectionCount;

  console.log(
    `${cores} cores, load ${loadavg()[0].toFixed(1)}, ffmpeg ${version}, ${frames} frames of 1280x720, ${found} detections`,
  );
  row("model alone", modelMs);
  row("transcode alone", transcodeMs);
  row("limit", modelMs + transcodeMs, limit);
  row("markUpVideo", ours.cpuMs / frames, (1000 * frames) / ours.wallMs);
  row("  beside model and transcode", ours.cpuMs / frames - modelMs - transcodeMs);
  row("  the same without start-up", (ours.cpuMs - single.cpuMs) / frames - modelMs - transcodeMs);
  row("detectVideo", apart.cpuMs / frames, (1000 * frames) / apart.wallMs);
  row("renderVideo", redraw.cpuMs / frames, (1000 * frames) / redraw.wallMs);
  console.log(
    `share of the limit: ${((modelMs + transcodeMs) / (ours.cpuMs / frames)).toFixed(2)} by CPU time, ${((1000 * frames) / ours.wallMs / limit).toFixed(2)} by the clock`,
  );

  console.log(
    `start and end of a job: ${(single.cpuMs / 1000).toFixed(2)} s of CPU time, ${(single.wallMs / 1000).toFixed(2)} s by the clock; peak memory of all processes: ${Math.round(ours.peakBytes / 1e6)} MB`,
  );
  console.log(
    `other work on the machine during markUpVideo: ${((100 * ours.otherMs) / ours.wallMs / cores).toFixed(1)} % of the cores`,
  );

  const python = process.env.SIGHTLINE_BENCH_PYTHON;
  if (python) {
    const args = [
      here("python_markup.py"),
      video,
      join(folder, "python.mp4"),
      model,
      ffmpeg,
      ...coding,
      "-threads",
      threads,
    ];
    const theirs = await run(python, args);
    console.log(
      `other work on the machine during Python: ${((100 * theirs.otherMs) / theirs.wallMs / cores).toFixed(1)} % of the cores`,
    );
    row("Python", theirs.cpuMs / frames, (1000 * frames) / theirs.wallMs);
    console.log(
      `against Python: ${(theirs.wallMs / ours.wallMs).toFixed(2)} times as fast by the clock, ${(theirs.cpuMs / ours.cpuMs).toFixed(2)} by CPU time; it found ${theirs.stdout.trim().split(" ")[1]} detections`,
    );
  } else
    console.log(
      "against Python: set SIGHTLINE_BENCH_PYTHON to an interpreter with OpenCV, onnxruntime and supervision",
    );
} finally {
  await rm(folder, { recursive: true, force: true });
}

function row(name, cpuMs, rate) {
  const speed = rate === undefined ? "" : `${rate.toFixed(1).padStart(8)} frames/s`;
  console.log(`${name.padEnd(30)} ${cpuMs.toFixed(2).padStart(7)} ms CPU a frame ${speed}`);
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
