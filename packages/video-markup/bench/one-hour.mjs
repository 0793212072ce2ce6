// Memory over a long video: marks up one looped for SECONDS of 720p30, looks every five seconds at the memory of
// all processes together, and draws it.
// Usage: node bench/one-hour.mjs [SECONDS, default 3600] [PLOT, default one-hour.svg]
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFfmpeg } from "@sightline/video-markup";
import { run, treeBytes } from "./measure.mjs";
import { model, source } from "./real-data.mjs";

const seconds = Number(process.argv[2] ?? 3600);
const plotPath = process.argv[3] ?? "one-hour.svg";
const lookEveryMs = 5000;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { path: ffmpeg } = await findFfmpeg();
const folder = await mkdtemp(join(tmpdir(), "sightline-hour-"));

try {
  const loop = join(folder, "minute.mp4");
  const video = join(folder, "video.mp4");
  const coding = ["-c:v", "libx264", "-preset", "medium", "-crf", "20", "-g", "120", "-an"];
  const scaling = ["-vf", "scale=1280:720,fps=30"];
  await run(ffmpeg, [
    "-v",
    "error",
    "-stream_loop",
    "-1",
    "-i",
    source,
    "-t",
    "60",
    ...scaling,
    ...coding,
    loop,
  ]);
  await run(ffmpeg, ["-v", "error", "-stream_loop", "-1", "-i", loop, "-t", seconds, "-c", "copy", video]);

  const output = join(folder, "output.mp4");
  const args = [here("../dist/cli.js"), video, "--model", model, "-o", output, "--json"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  let result = "";
  child.stdout.on("data", (chunk) => {
    result += chunk;
  });
  const started = performance.now();
  const looks = [];
  const timer = setInterval(
    () => looks.push([(performance.now() - started) / 1000, treeBytes(child.pid) / 1e6]),
    lookEveryMs,
  );
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`video-markup ended with ${code}`);

  const { frames } = JSON.parse(result);
  const took = (performance.now() - started) / 1000;
  const tenth = Math.max(1, Math.floor(looks.length / 10));
  const peak = Math.round(Math.max(...looks.map(([, megabytes]) => megabytes)));
  const lines = [
    `${frames} frames of 1280x720 in ${took.toFixed(0)} s; memory of all processes:`,
    `${summary("second tenth", looks.slice(tenth, 2 * tenth))}, ${summary("last tenth", looks.slice(-tenth))}, peak ${peak} MB`,
  ];
  await writeFile(plotPath, plot(looks, lines));
  console.log(`${lines.join(" ")}; drawn in ${plotPath}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Median and largest of some looks, in words. */
function summary(name, part) {
  if (part.length === 0) return `${name} too short to tell`;
  const sorted = part.map(([, megabytes]) => megabytes).sort((a, b) => a - b);
  return `${name} ${Math.round(sorted[sorted.length >> 1])} MB (median), ${Math.round(sorted.at(-1))} MB (most)`;
}

function plot(looks, lines) {
  const [width, height, left, top, bottom] = [900, 340, 60, 40, 40];
  const end = looks.at(-1)[0];
  const most = Math.ceil(Math.max(600, ...looks.map(([, megabytes]) => megabytes)) / 100) * 100;
  const x = (time) => left + ((width - left - 20) * time) / end;
  const y = (megabytes) => height - bottom - ((height - top - bottom) * megabytes) / most;
  const points = looks
    .map(([time, megabytes]) => `${x(time).toFixed(1)},${y(megabytes).toFixed(1)}`)
    .join(" ");
  const rows = Array.from({ length: most / 100 + 1 }, (_, n) => 100 * n).map(
    (value) =>
      `<line x1="${left}" x2="${width - 20}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/><text x="${left - 8}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
  );
  const minutes = Math.max(1, Math.ceil(end / 60 / 8));
  const columns = Array.from({ length: Math.floor(end / 60 / minutes) + 1 }, (_, n) => n * minutes).map(
    (value) => `<text x="${x(60 * value)}" y="${height - bottom + 18}" text-anchor="middle">${value}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>Memory of all processes while a long video is marked up</title>
<rect width="100%" height="100%" fill="#fff"/>
${lines.map((line, n) => `<text x="${left}" y="${14 + 16 * n}">${line}</text>`).join("\n")}
${rows.join("\n")}
${columns.join("\n")}
<text x="${width / 2}" y="${height - 6}" text-anchor="middle">minutes since the start; megabytes (proportional set size, shared pages once)</text>
<polyline points="${points}" fill="none" stroke="#0b62a4" stroke-width="1.5"/>
</svg>
`;
}
