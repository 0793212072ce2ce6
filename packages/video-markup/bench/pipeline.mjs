// The whole pipeline against its limit, and against Python where SIGHTLINE_BENCH_PYTHON names an
// interpreter with opencv-python-headless, onnxruntime and supervision.
//
//   limit = cores / (CPU time of the model alone a frame + CPU time of ffmpeg's transcode alone a frame)
//
// All parts are measured in the same run, each with every core at work, because CPU time a frame grows when
// the other core is busy. Usage: pnpm bench [SECONDS of 720p30 video, default 40]
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFfmpeg } from "@sightline/video-markup";

const seconds = Number(process.argv[2] ?? 40);
const frames = seconds * 30;
const cores = availableParallelism();
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const data = process.env.SIGHTLINE_DATA ?? here("../../../../shared/data");
const model = join(data, "models", "coco_yolox_nano_416.onnx");
if (!existsSync(model)) {
  console.error(`the bench needs ${model}: put the shared data beside the repository or set SIGHTLINE_DATA`);
  process.exit(1);
}
const { path: ffmpeg, version } = await findFfmpeg();
const folder = await mkdtemp(join(tmpdir(), "sightline-bench-"));
const coding = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-bf", "0", "-pix_fmt", "yuv420p"];
const threads = String(Math.min(4, cores));

try {
  const video = join(folder, "720p30.mp4");
  const source = join(data, "videos", "car-detection_768x432_12.5fps.mp4");
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
  const ours = await run(process.execPath, [
    cli,
    video,
    "--model",
    model,
    "-o",
    join(folder, "ours.mp4"),
    "--json",
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
  row("detectVideo", apart.cpuMs / frames, (1000 * frames) / apart.wallMs);
  row("renderVideo", redraw.cpuMs / frames, (1000 * frames) / redraw.wallMs);
  console.log(
    `share of the limit: ${((modelMs + transcodeMs) / (ours.cpuMs / frames)).toFixed(2)} by CPU time, ${((1000 * frames) / ours.wallMs / limit).toFixed(2)} by the clock`,
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

/** Runs a program and tells its output, wall time, and the CPU time of it and all it started. */
async function run(program, args) {
  const started = performance.now();
  // The shell's `times` counts the whole tree of processes, which Node cannot.
  const child = spawn("sh", ["-c", '"$@"; code=$?; times >&2; exit $code', "sh", program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`);
  const times = [...stderr.matchAll(/(\d+)m([\d.]+)s/g)].slice(-2);
  const cpuMs = times.reduce(
    (sum, [, minutes, rest]) => sum + 60_000 * Number(minutes) + 1000 * Number(rest),
    0,
  );
  return { stdout, cpuMs, wallMs: performance.now() - started };
}

function row(name, cpuMs, rate) {
  const speed = rate === undefined ? "" : `${rate.toFixed(1).padStart(8)} frames/s`;
  console.log(`${name.padEnd(30)} ${cpuMs.toFixed(2).padStart(7)} ms CPU a frame ${speed}`);
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
