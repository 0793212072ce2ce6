import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createPool,
  DetectorLayoutError,
  detectVideo,
  joinShards,
  LimitError,
  markUpVideo,
  OutputBusyError,
  ProviderUnavailableError,
  probeVideo,
  renderVideo,
  UnreadableVideoError,
  UnusableModelError,
  VideoMarkupError,
} from "@sightline/video-markup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeBrightSpotDetector } from "./support/bright-spots.js";
import { finish, records } from "./support/finish.js";
import { ffmpeg, makeVideo } from "./support/make-video.js";
import { eventually, processesMentioning } from "./support/processes.js";

let folder: string;
let model: string;
let video: string;
const fast = { encoding: { preset: "ultrafast" }, segmentSeconds: 1, confidence: 0.6 } as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-mark-up-"));
  model = join(folder, "bright.onnx");
  video = join(folder, "plain.mp4");
  await writeBrightSpotDetector(model);
  await makeVideo(video, { extra: ["-metadata", "title=a title with blanks", "-c:a", "aac"] });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Nothing of a job is left beside its output. */
async function leftovers(name: string): Promise<string[]> {
  return (await readdir(folder)).filter((entry) => entry.includes(name));
}

describe("markUpVideo", () => {
  it("keeps every frame at its time, the sound and the title, and writes a record a frame", async () => {
    const output = join(folder, "whole.mp4");
    const detectionsPath = join(folder, "whole.jsonl");
    const { result, events } = await finish(markUpVideo(video, output, { model, detectionsPath, ...fast }));
    expect(result).toMatchObject({ frames: 100, durationSeconds: 4, provider: "cpu", warnings: [] });
    expect(events[0]).toMatchObject({ kind: "probed", frames: 100, segments: 4, resumedSegments: 0 });
    const [before, after] = [await probeVideo(video), await probeVideo(output)];
    expect([...after.index.pts]).toEqual([...before.index.pts]);
    expect(after.timeBase).toEqual(before.timeBase);
    expect(after.streams.map(({ codec }) => codec)).toEqual(["h264", "aac"]);
    expect(await ffmpeg(["-i", output, "-f", "null", "-"])).toContain("a title with blanks");
    const lines = await records(detectionsPath);
    expect(lines.map(({ frame }) => frame)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(lines[50]!.ptsSeconds).toBeCloseTo(2, 9);
    expect(lines.reduce((sum, { detections }) => sum + detections.length, 0)).toBe(result.detectionCount);
    expect(result.detectionCount).toBeGreaterThan(0);
    expect(await leftovers("whole")).toEqual(["whole.jsonl", "whole.mp4"]);
  });

  it("finds the same whether segments are long or short", async () => {
    const long = join(folder, "long.jsonl");
    const short = join(folder, "short.jsonl");
    await finish(detectVideo(video, long, { model, confidence: 0.6, segmentSeconds: 100 }));
    await finish(detectVideo(video, short, { model, confidence: 0.6, segmentSeconds: 1 }));
    expect(await readFile(short, "utf8")).toBe(await readFile(long, "utf8"));
  });

  it.each([
    [
      "variable frame rate",
      ["-vf", "select='not(mod(n,3))+lt(mod(n,50),20)'", "-fps_mode", "vfr"],
      "vfr.mp4",
    ],
    ["odd sides", ["-vf", "scale=161:121", "-pix_fmt", "yuv444p"], "odd.mp4"],
    ["ten bits", ["-pix_fmt", "yuv420p10le", "-profile:v", "high10"], "ten.mp4"],
    ["full colour range", ["-pix_fmt", "yuvj420p"], "full.mp4"],
    ["pixels that are not square", ["-vf", "setsar=4/3"], "sar.mp4"],
    ["a Matroska file", ["-c:a", "flac"], "container.mkv"],
    ["an MPEG-TS file, whose clock starts anywhere", ["-muxdelay", "3"], "container.ts"],
    ["a late first frame", ["-itsoffset", "0"], "late.mp4"],
  ])("is exact for %s", async (_, extra, name) => {
    const input = join(folder, name);
    const late = name === "late.mp4";
    await makeVideo(input, {
      extra: late ? ["-vf", "setpts=PTS+0.2/TB", "-fps_mode", "passthrough"] : extra,
    });
    const output = join(folder, `${name}.marked.mp4`);
    const { result } = await finish(markUpVideo(input, output, { model, ...fast }));
    const [before, after] = [await probeVideo(input), await probeVideo(output)];
    const seconds = ({ index, timeBase, originPts }: typeof before) =>
      [...index.pts].map((pts) => (((pts - originPts) * timeBase.num) / timeBase.den).toFixed(6));
    expect(seconds(after)).toEqual(seconds(before));
    expect(result.frames).toBe(before.index.pts.length);
    expect(after.durationSeconds).toBeCloseTo(before.durationSeconds, 3);
    const even = (side: number) => side + (side % 2);
    expect([after.width, after.height]).toEqual([even(before.width), even(before.height)]);
    if (before.sampleAspectRatio) expect(after.sampleAspectRatio).toEqual(before.sampleAspectRatio);
    if (name === "full.mp4") expect(after.color.range).toBe("pc");
    if (late) expect(seconds(after)[0]).toBe("0.200000");
  });

  it("turns a rotated video upright", async () => {
    const input = join(folder, "turned.mp4");
    await ffmpeg(["-display_rotation", "90", "-i", video, "-c", "copy", input]).catch(() =>
      ffmpeg(["-i", video, "-c", "copy", "-metadata:s:v", "rotate=90", input]),
    );
    const output = join(folder, "turned.marked.mp4");
    await finish(markUpVideo(input, output, { model, ...fast }));
    const after = await probeVideo(output);
    expect([after.width, after.height]).toEqual([120, 160]);
  });

  it("works on one frame for the dry run's 0.01 s", async () => {
    const output = join(folder, "dry.mp4");
    const { result } = await finish(markUpVideo(video, output, { model, maxSeconds: 0.01, ...fast }));
    expect(result).toMatchObject({ frames: 1, durationSeconds: 0.04 });
    expect((await probeVideo(output)).index.pts).toHaveLength(1);
  });

  it("draws stored detections again without the model, and in another style", async () => {
    const detectionsPath = join(folder, "stored.jsonl");
    await finish(detectVideo(video, detectionsPath, { model, ...fast }));
    const direct = join(folder, "direct.mp4");
    const redrawn = join(folder, "redrawn.mp4");
    const styled = join(folder, "styled.mp4");
    await finish(markUpVideo(video, direct, { model, ...fast }));
    await finish(renderVideo(video, detectionsPath, redrawn, fast));
    await finish(renderVideo(video, detectionsPath, styled, { ...fast, annotate: ["blur", "heat-map"] }));
    expect(await readFile(redrawn)).toEqual(await readFile(direct));
    expect((await readFile(styled)).equals(await readFile(direct))).toBe(false);
  });

  it("tracks across segments as over the whole video, whatever order the segments end in", async () => {
    const cut = join(folder, "cut.mp4");
    const uncut = join(folder, "uncut.mp4");
    const style = { ...fast, annotate: ["box", "trace", "label"], track: true } as const;
    await finish(markUpVideo(video, cut, { model, ...style, detectionsPath: `${cut}.jsonl` }));
    await finish(
      markUpVideo(video, uncut, { model, ...style, segmentSeconds: 100, detectionsPath: `${uncut}.jsonl` }),
    );
    expect(await readFile(`${cut}.jsonl`, "utf8")).toBe(await readFile(`${uncut}.jsonl`, "utf8"));
    const ids = new Set(
      (await records(`${cut}.jsonl`)).flatMap(({ detections }) => detections.map((d) => d.trackId)),
    );
    expect(ids.size).toBeGreaterThan(1);
  });

  it("refuses detections that belong to another video", async () => {
    const short = join(folder, "short.mp4");
    const detectionsPath = join(folder, "of-short.jsonl");
    await makeVideo(short, { seconds: 1 });
    await finish(detectVideo(short, detectionsPath, { model, ...fast }));
    const output = join(folder, "mixed.mp4");
    await expect(finish(renderVideo(video, detectionsPath, output, fast))).rejects.toThrow(VideoMarkupError);
    expect((await leftovers("mixed")).filter((name) => !name.startsWith("."))).toEqual([]);
  });

  it("gives the same video by shards as in one go", async () => {
    const whole = join(folder, "one-go.mp4");
    const sharded = join(folder, "sharded.mp4");
    await finish(markUpVideo(video, whole, { model, ...fast, detectionsPath: `${whole}.jsonl` }));
    // More shards than segments: some are empty.
    for (const index of [3, 1, 5, 2, 4]) {
      await finish(markUpVideo(video, sharded, { model, ...fast, shard: { index, count: 5 } }));
    }
    const join5 = joinShards(video, sharded, {
      count: 5,
      segmentSeconds: 1,
      detectionsPath: `${sharded}.jsonl`,
    });
    await finish(join5);
    expect(await readFile(sharded)).toEqual(await readFile(whole));
    expect(await readFile(`${sharded}.jsonl`, "utf8")).toBe(await readFile(`${whole}.jsonl`, "utf8"));
    expect(await leftovers("sharded")).toEqual(["sharded.mp4", "sharded.mp4.jsonl"]);
  });

  it("detects by shards into files that, one behind the other, are the whole video's", async () => {
    const whole = join(folder, "whole-records.jsonl");
    await finish(detectVideo(video, whole, { model, ...fast }));
    let joined = "";
    for (const index of [1, 2, 3]) {
      const part = join(folder, `part-${index}.jsonl`);
      await finish(detectVideo(video, part, { model, ...fast, shard: { index, count: 3 } }));
      joined += await readFile(part, "utf8");
    }
    expect(joined).toBe(await readFile(whole, "utf8"));
  });

  it("reads a model of no known layout with the decoder function of a module", async () => {
    const decoderModule = join(folder, "decoder.mjs");
    await writeFile(
      decoderModule,
      `export default ({ output0 }, { geometry, classNames, confidence }) => {
        const best = Math.max(...output0.data.slice(4 * 64));
        const { width, height } = geometry.source;
        const detection = { classId: 0, className: classNames[0] ?? "spot", confidence: best, xyxy: [0, 0, width, height] };
        return best >= confidence ? [detection] : [];
      };`,
    );
    const detectionsPath = join(folder, "custom.jsonl");
    await finish(detectVideo(video, detectionsPath, { model, ...fast, decoderModule }));
    const lines = await records(detectionsPath);
    expect(lines).toHaveLength(100);
    expect(lines[0]!.detections).toEqual([
      { classId: 0, className: "bright", confidence: expect.any(Number), xyxy: [0, 0, 160, 120] },
    ]);
    const empty = join(folder, "no-decoder.mjs");
    await writeFile(empty, "export const nothing = 1;");
    await expect(
      finish(detectVideo(video, detectionsPath, { model, ...fast, decoderModule: empty })),
    ).rejects.toThrow(/must export a decoder function/);
  });

  it("says which shard is missing", async () => {
    const output = join(folder, "missing.mp4");
    await finish(markUpVideo(video, output, { model, ...fast, shard: { index: 1, count: 2 } }));
    await expect(finish(joinShards(video, output, { count: 2 }))).rejects.toThrow(
      /shard 2\/2 is not finished/,
    );
  });
});

describe("markUpVideo refuses", () => {
  it("a text file, an empty file, no file, and a file without pictures, each with its own words", async () => {
    const text = join(folder, "text.mp4");
    await writeFile(text, "this is not a video\n".repeat(50));
    const empty = join(folder, "empty.mp4");
    await writeFile(empty, "");
    const sound = join(folder, "sound.m4a");
    await ffmpeg(["-f", "lavfi", "-i", "sine=duration=1", sound]);
    const output = join(folder, "refused.mp4");
    const attempt = (input: string) => finish(markUpVideo(input, output, { model }));
    await expect(attempt(text)).rejects.toThrow(/text\.mp4 cannot be read as a video/);
    await expect(attempt(text)).rejects.toThrow(UnreadableVideoError);
    await expect(attempt(empty)).rejects.toThrow(/is empty/);
    await expect(attempt(join(folder, "nowhere.mp4"))).rejects.toThrow(/no such file/);
    await expect(attempt(sound)).rejects.toThrow(/holds no video: its streams are 1 audio/);
    expect(await leftovers("refused")).toEqual([]);
  });

  it("a model that is none, and a model that is no detector", async () => {
    const output = join(folder, "bad-model.mp4");
    const junk = join(folder, "junk.onnx");
    await writeFile(junk, "no model");
    await expect(finish(markUpVideo(video, output, { model: junk }))).rejects.toThrow(UnusableModelError);
    await expect(finish(markUpVideo(video, output, { model: join(folder, "gone.onnx") }))).rejects.toThrow(
      /cannot be read/,
    );
    await expect(finish(markUpVideo(video, output, { model, layout: "nanodet" }))).rejects.toThrow(
      DetectorLayoutError,
    );
    await expect(finish(markUpVideo(video, output, { model, layout: "yolox" }))).rejects.toThrow(/"yolox"/);
    expect(await leftovers("bad-model")).toEqual([]);
  });

  it("a provider that is missing, unless another is allowed, which is then named", async () => {
    const output = join(folder, "provider.mp4");
    const only = markUpVideo(video, output, { model, ...fast, providers: ["cuda"] });
    await expect(finish(only)).rejects.toThrow(ProviderUnavailableError);
    const either = markUpVideo(video, output, { model, ...fast, providers: ["cuda", "cpu"] });
    const { result } = await finish(either);
    expect(result.provider).toBe("cpu");
    expect(result.refusedProviders.map(({ provider }) => provider)).toEqual(["cuda"]);
  });

  it("what passes a limit, before any work", async () => {
    const output = join(folder, "limit.mp4");
    const attempt = (options: object) => finish(markUpVideo(video, output, { model, ...options }));
    await expect(attempt({ maxDurationSeconds: 3 })).rejects.toThrow(LimitError);
    await expect(attempt({ maxFramePixels: 160 * 119 })).rejects.toThrow(/160x120/);
    await expect(attempt({ minFreeBytes: 2 ** 60 })).rejects.toThrow(/free/);
    expect(await leftovers("limit")).toEqual([]);
  });

  it("an output that another job is writing, and its own input", async () => {
    const output = join(folder, "contested.mp4");
    const first = markUpVideo(video, output, { model, ...fast });
    await first.next();
    await expect(finish(markUpVideo(video, output, { model, ...fast }))).rejects.toThrow(OutputBusyError);
    const { result } = await finish(first);
    expect(result.frames).toBe(100);
    await expect(finish(markUpVideo(video, video, { model }))).rejects.toThrow(TypeError);
  });
});

it.each([
  [{ workers: Number.NaN }, "workers is NaN"],
  [{ workers: 0 }, "workers is 0"],
  [{ maxSeconds: -1 }, "maxSeconds is -1"],
  [{ maxSeconds: Number.NaN }, "maxSeconds is NaN"],
  [{ segmentSeconds: 0 }, "segmentSeconds is 0"],
  [{ segmentSeconds: Number.NaN }, "segmentSeconds is NaN"],
  [{ encoding: { codec: "vp8" as "h264" } }, '"vp8" is no known codec'],
])("refuses the option %j before any work", async (option, message) => {
  const job = markUpVideo(video, join(folder, "odd-option.mp4"), { model, ...option });
  const refused = await finish(job).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RangeError);
  expect((refused as Error).message).toContain(message);
  expect(await leftovers("odd-option")).toEqual([]);
});

describe("an aborted job", () => {
  it("rejects with the reason and leaves no file and no process", async () => {
    const pool = createPool({ workers: 2 });
    const output = join(folder, "aborted.mp4");
    const long = join(folder, "long-input.mp4");
    await makeVideo(long, { seconds: 20, size: "640x360" });
    const abort = new AbortController();
    const job = markUpVideo(long, output, { model, ...fast, pool, signal: abort.signal });
    const reason = new Error("enough");
    const run = (async () => {
      for await (const event of job) if (event.kind === "frames") abort.abort(reason);
    })();
    await expect(run).rejects.toBe(reason);
    expect(await leftovers("aborted")).toEqual([]);
    expect(await eventually(() => processesMentioning(long).length === 0)).toBe(true);
    await pool.close();
    expect(pool.pids).toEqual([]);
  });

  it("does nothing when the signal is aborted already, and leaving the loop is an abort", async () => {
    const output = join(folder, "left.mp4");
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(finish(markUpVideo(video, output, { model, signal }))).rejects.toThrow("too late");
    for await (const event of markUpVideo(video, output, { model, ...fast })) {
      if (event.kind === "frames") break;
    }
    expect(await leftovers("left.mp4")).toEqual([]);
    expect(await eventually(() => processesMentioning(video).length === 0)).toBe(true);
  });
});
