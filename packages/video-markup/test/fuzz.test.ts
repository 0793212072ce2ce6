import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  createPool,
  detectVideo,
  markUpStream,
  markUpVideo,
  probeVideo,
  VideoMarkupError,
} from "@sightline/video-markup";
import { expect, it } from "vitest";
import { damages } from "./support/damage.js";
import { ffmpeg } from "./support/make-video.js";
import { childrenOf } from "./support/processes.js";
import { createRandom } from "./support/random.js";
import { fast, useWorkbench } from "./support/workbench.js";

/** How many damaged videos are tried, or for how long; further videos are taken from a folder. */
const { SIGHTLINE_FUZZ_SECONDS, SIGHTLINE_FUZZ_INPUTS, SIGHTLINE_SEED } = process.env;
const mostFiles = SIGHTLINE_FUZZ_SECONDS === undefined ? 24 : Number.POSITIVE_INFINITY;
const seconds = Number(SIGHTLINE_FUZZ_SECONDS ?? Number.POSITIVE_INFINITY);
/** Far above what a whole one of these videos takes; a job that needs longer hangs. */
const hangMs = 120_000;

const bench = useWorkbench("fuzz");
const random = createRandom(Number(SIGHTLINE_SEED ?? 1));

const kinds: Readonly<Record<string, readonly string[]>> = {
  "a.mp4": ["-c:v", "libx264", "-c:a", "aac"],
  "fragments.mp4": ["-c:v", "libx264", "-c:a", "aac", "-movflags", "+frag_keyframe+empty_moov"],
  "a.mkv": ["-c:v", "libx264", "-c:a", "flac"],
  "a.webm": ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"],
  "a.ts": ["-c:v", "libx264", "-c:a", "aac"],
  "a.mpg": ["-c:v", "mpeg2video", "-c:a", "mp2"],
  "a.avi": ["-c:v", "mpeg4", "-c:a", "mp3"],
  "motion.avi": ["-c:v", "mjpeg", "-c:a", "pcm_s16le"],
  "a.mov": ["-c:v", "prores_ks", "-c:a", "pcm_s16le"],
  "hevc.mp4": ["-c:v", "libx265", "-x265-params", "log-level=error", "-c:a", "aac"],
  "a.flv": ["-c:v", "flv1", "-an"],
  "a.gif": ["-an"],
};

/** Memory in bytes of this program's hosts and their ffmpegs. */
function memoryOf(pids: readonly number[]): number {
  const all = pids.flatMap((pid) => [pid, ...childrenOf(pid).map((child) => child.pid)]);
  return all.reduce((sum, pid) => {
    try {
      return sum + 4096 * Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]);
    } catch {
      return sum;
    }
  }, 0);
}

it(
  "is ended by no damaged video, hangs at none, and says of each what is wrong or marks it up",
  async () => {
    const sources = join(bench.folder, "sources");
    await mkdir(sources);
    for (const [name, coding] of Object.entries(kinds)) {
      const format = { "a.mov": "yuv422p10le", "motion.avi": "yuvj420p" }[name] ?? "yuv420p";
      const short = ["-t", "1", "-g", "12", "-pix_fmt", format];
      const options = name === "a.gif" ? ["-t", "1", "-an"] : [...short, ...coding];
      await ffmpeg(["-i", bench.video, ...options, join(sources, name)]);
    }
    const files = readdirSync(sources).map((name) => join(sources, name));
    if (SIGHTLINE_FUZZ_INPUTS !== undefined) {
      for (const name of readdirSync(SIGHTLINE_FUZZ_INPUTS)) files.push(join(SIGHTLINE_FUZZ_INPUTS, name));
    }
    const pool = createPool({ workers: 2 });
    const work = join(bench.folder, "work");
    await mkdir(work);
    const counts = new Map<string, number>();
    const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, memoryOf(pool.pids));
    }, 200);
    const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
    const end = performance.now() + seconds * 1000;
    try {
      for (let n = 0; n < mostFiles && performance.now() < end; n++) {
        const source = pick(files);
        const [damage, change] = pick(Object.entries(damages));
        const input = join(work, source.slice(source.lastIndexOf("/") + 1));
        const bytes = change(await readFile(source), random);
        await writeFile(input, bytes);
        const output = join(work, "out.mp4");
        const signal = AbortSignal.timeout(hangMs);
        const common = { model: bench.model, confidence: 0.6, pool, signal };
        const options = { ...common, encoding: fast.encoding, track: random() < 0.3 };
        const way = pick(["markUpVideo", "markUpVideo", "detectVideo", "markUpStream", "probeVideo"]);
        const where = `${way} of ${source}, ${damage}, file ${n}`;
        try {
          if (way === "markUpVideo") await markUpVideo(input, output, { ...options, segmentSeconds: 0.4 });
          else if (way === "detectVideo") await detectVideo(input, output, common);
          else if (way === "probeVideo") await probeVideo(input, signal);
          else await markUpStream(Readable.from([bytes]), output, { ...options, onBehind: "wait" });
          count(`${way}: done`);
        } catch (error) {
          if (signal.aborted) throw new Error(`hangs: ${where}`, { cause: error });
          // Everything else would be a fault of ours.
          if (!(error instanceof VideoMarkupError) || error.name === "HostError") {
            throw new Error(`fails: ${where}`, { cause: error });
          }
          count(`${way}: ${error.name}`);
          // A stream's file has what came before the fault.
          const left = (await readdir(work)).filter(
            (name) => way !== "markUpStream" && name.startsWith("out"),
          );
          expect(left, where).toEqual([]);
        }
        await rm(work, { recursive: true });
        await mkdir(work);
      }
    } finally {
      clearInterval(watch);
      await pool.close();
    }
    const total = [...counts.values()].reduce((sum, times) => sum + times, 0);
    const rows = [...counts].sort().map(([what, times]) => `${what} ${times}`);
    console.info(
      `${total} damaged videos: ${rows.join(", ")}; hosts and ffmpegs at most ${Math.round(most / 1e6)} MB`,
    );
    expect(most).toBeLessThan(3e9);
  },
  Number.isFinite(seconds) ? (seconds + 300) * 1000 : 600_000,
);
