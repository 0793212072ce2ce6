// Eight videos at once over one pool, against one after the other: the same detections, the time that the
// work takes over the cores, and how long the shortest video waits for the long ones.
// Usage: node bench/eight-videos.mjs [SECONDS of the longest video, default 24]
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createPool, findFfmpeg, markUpVideo } from "@sightline/video-markup";
import { run } from "./measure.mjs";
import { model, source } from "./real-data.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const longest = Number(process.argv[2] ?? 24);
// The shortest is asked for last.
const lengths = [1, 0.75, 0.75, 0.5, 0.5, 0.25, 0.25, 1 / 12].map((share) => share * longest);
const name = (folder, n) => join(folder, `${n}.mp4`);

if (process.argv[3] === "child") await work(process.argv[4], process.argv[5]);
else await compare();

async function compare() {
  const folder = await mkdtemp(join(tmpdir(), "sightline-eight-"));
  try {
    const { path: ffmpeg } = await findFfmpeg();
    for (const [n, seconds] of lengths.entries()) {
      const input = ["-stream_loop", "-1", "-ss", String(n), "-i", source, "-t", String(seconds), "-an"];
      const coding = [
        "-vf",
        "scale=1280:720,fps=30",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "60",
        name(folder, n),
      ];
      spawnSync(ffmpeg, ["-v", "error", ...input, ...coding]);
    }
    const child = (how) =>
      run(process.execPath, [here("eight-videos.mjs"), String(longest), "child", how, folder]);
    const alone = await child("alone");
    const together = await child("together");
    let equal = 0;
    for (const n of lengths.keys()) {
      const [a, b] = await Promise.all(
        ["alone", "together"].map((how) => readFile(`${name(folder, n)}.${how}`)),
      );
      if (a.equals(b)) equal++;
    }
    const cores = availableParallelism();
    const ideal = together.cpuMs / cores;
    console.log(`load ${loadavg()[0].toFixed(1)}; detections byte-identical: ${equal} of ${lengths.length}`);
    console.log(`one after the other: ${seconds(alone.wallMs)}, ${seconds(alone.cpuMs)} of CPU time`);
    console.log(
      `together: ${seconds(together.wallMs)}, ${seconds(together.cpuMs)} of CPU time over ${cores} cores = ${seconds(ideal)}: ${((together.wallMs / ideal - 1) * 100).toFixed(1)} % above`,
    );
    console.log(`finished after: ${together.stdout.trim()}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Marks up all videos, and tells when each was finished. */
async function work(how, folder) {
  const pool = createPool({ workers: 2 });
  const started = performance.now();
  const finished = [];
  const one = async (length, n) => {
    const job = markUpVideo(name(folder, n), `${name(folder, n)}.out.mp4`, {
      model,
      pool,
      detectionsPath: `${name(folder, n)}.${how}`,
    });
    await job;
    finished.push(`${length.toFixed(0)} s video: ${seconds(performance.now() - started)}`);
  };
  if (how === "together") await Promise.all(lengths.map(one));
  else for (const [n, length] of lengths.entries()) await one(length, n);
  await pool.close();
  console.log(finished.join(", "));
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
