import { readFile, writeFile } from "node:fs/promises";
import { detectVideo, markUpVideo, probeVideo, renderVideo } from "@sightline/video-markup";
import { describe, expect, it } from "vitest";
import { finish, records } from "./support/finish.js";
import { ffmpeg, makeVideo } from "./support/make-video.js";
import { fast, useWorkbench } from "./support/workbench.js";

const bench = useWorkbench("mark-up");

describe("markUpVideo", () => {
  it("keeps every frame at its time, the sound and the title, and writes a record a frame", async () => {
    const output = bench.path("whole.mp4");
    const detectionsPath = bench.path("whole.jsonl");
    const { result, events } = await finish(
      markUpVideo(bench.video, output, { model: bench.model, detectionsPath, ...fast }),
    );
    expect(result).toMatchObject({ frames: 100, durationSeconds: 4, provider: "cpu", warnings: [] });
    expect(events[0]).toMatchObject({ kind: "probed", frames: 100, segments: 4, resumedSegments: 0 });
    const [before, after] = [await probeVideo(bench.video), await probeVideo(output)];
    expect([...after.index.pts]).toEqual([...before.index.pts]);
    expect(after.timeBase).toEqual(before.timeBase);
    expect(after.streams.map(({ codec }) => codec)).toEqual(["h264", "aac"]);
    expect(await ffmpeg(["-i", output, "-f", "null", "-"])).toContain("a title with blanks");
    const lines = await records(detectionsPath);
    expect(lines.map(({ frame }) => frame)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(lines[50]!.ptsSeconds).toBeCloseTo(2, 9);
    expect(lines.reduce((sum, { detections }) => sum + detections.length, 0)).toBe(result.detectionCount);
    expect(result.detectionCount).toBeGreaterThan(0);
    expect(await bench.leftovers("whole")).toEqual(["whole.jsonl", "whole.mp4"]);
  });

  it("finds the same whether segments are long or short", async () => {
    const long = bench.path("long.jsonl");
    const short = bench.path("short.jsonl");
    await finish(
      detectVideo(bench.video, long, { model: bench.model, confidence: 0.6, segmentSeconds: 100 }),
    );
    await finish(detectVideo(bench.video, short, { model: bench.model, confidence: 0.6, segmentSeconds: 1 }));
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
    const input = bench.path(name);
    const late = name === "late.mp4";
    await makeVideo(input, {
      extra: late ? ["-vf", "setpts=PTS+0.2/TB", "-fps_mode", "passthrough"] : extra,
    });
    const output = bench.path(`${name}.marked.mp4`);
    const { result } = await finish(markUpVideo(input, output, { model: bench.model, ...fast }));
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
    const input = bench.path("turned.mp4");
    await ffmpeg(["-display_rotation", "90", "-i", bench.video, "-c", "copy", input]).catch(() =>
      ffmpeg(["-i", bench.video, "-c", "copy", "-metadata:s:v", "rotate=90", input]),
    );
    const output = bench.path("turned.marked.mp4");
    await finish(markUpVideo(input, output, { model: bench.model, ...fast }));
    const after = await probeVideo(output);
    expect([after.width, after.height]).toEqual([120, 160]);
  });

  it("works on one frame for the dry run's 0.01 s", async () => {
    const output = bench.path("dry.mp4");
    const { result } = await finish(
      markUpVideo(bench.video, output, { model: bench.model, maxSeconds: 0.01, ...fast }),
    );
    expect(result).toMatchObject({ frames: 1, durationSeconds: 0.04 });
    expect((await probeVideo(output)).index.pts).toHaveLength(1);
  });

  it("draws stored detections again without the model, and in another style", async () => {
    const detectionsPath = bench.path("stored.jsonl");
    await finish(detectVideo(bench.video, detectionsPath, { model: bench.model, ...fast }));
    const direct = bench.path("direct.mp4");
    const redrawn = bench.path("redrawn.mp4");
    const styled = bench.path("styled.mp4");
    await finish(markUpVideo(bench.video, direct, { model: bench.model, ...fast }));
    await finish(renderVideo(bench.video, detectionsPath, redrawn, fast));
    await finish(
      renderVideo(bench.video, detectionsPath, styled, { ...fast, annotate: ["blur", "heat-map"] }),
    );
    expect(await readFile(redrawn)).toEqual(await readFile(direct));
    expect((await readFile(styled)).equals(await readFile(direct))).toBe(false);
  });

  it("tracks across segments as over the whole video, whatever order the segments end in", async () => {
    const cut = bench.path("cut.mp4");
    const uncut = bench.path("uncut.mp4");
    const style = { ...fast, annotate: ["box", "trace", "label"], track: true } as const;
    await finish(
      markUpVideo(bench.video, cut, { model: bench.model, ...style, detectionsPath: `${cut}.jsonl` }),
    );
    await finish(
      markUpVideo(bench.video, uncut, {
        model: bench.model,
        ...style,
        segmentSeconds: 100,
        detectionsPath: `${uncut}.jsonl`,
      }),
    );
    expect(await readFile(`${cut}.jsonl`, "utf8")).toBe(await readFile(`${uncut}.jsonl`, "utf8"));
    const ids = new Set(
      (await records(`${cut}.jsonl`)).flatMap(({ detections }) => detections.map((d) => d.trackId)),
    );
    expect(ids.size).toBeGreaterThan(1);
  });

  it("reads a model of no known layout with the decoder function of a module", async () => {
    const decoderModule = bench.path("decoder.mjs");
    await writeFile(
      decoderModule,
      `export default ({ output0 }, { geometry, classNames, confidence }) => {
        const best = Math.max(...output0.data.slice(4 * 64));
        const { width, height } = geometry.source;
        const detection = { classId: 0, className: classNames[0] ?? "spot", confidence: best, xyxy: [0, 0, width, height] };
        return best >= confidence ? [detection] : [];
      };`,
    );
    const detectionsPath = bench.path("custom.jsonl");
    await finish(detectVideo(bench.video, detectionsPath, { model: bench.model, ...fast, decoderModule }));
    const lines = await records(detectionsPath);
    expect(lines).toHaveLength(100);
    expect(lines[0]!.detections).toEqual([
      { classId: 0, className: "bright", confidence: expect.any(Number), xyxy: [0, 0, 160, 120] },
    ]);
  });

  it("prepares pictures as a module says, with its decoder or without", async () => {
    const [half, read] = [bench.path("half.mjs"), bench.path("half-read.mjs")];
    const input = `export const input = { scale: 1 / 510, fit: "stretch" };`;
    await writeFile(half, input);
    await writeFile(
      read,
      `${input}
      export default ({ output0 }, { input }) => [{
        classId: 0, className: input.fit, confidence: Math.max(...output0.data.slice(4 * 64)), xyxy: [0, 0, 1, 1]
      }];`,
    );
    const best = async (more: object) => {
      const path = bench.path("prepared.jsonl");
      await finish(
        detectVideo(bench.video, path, {
          model: bench.model,
          ...fast,
          confidence: 0.01,
          maxSeconds: 0.01,
          ...more,
        }),
      );
      return (await records(path))[0]!.detections[0]!;
    };
    const { confidence } = await best({});
    expect((await best({ decoderModule: half })).confidence).toBeCloseTo(confidence / 2, 1);
    const decoded = await best({ decoderModule: read });
    expect(decoded.className).toBe("stretch");
    expect(decoded.confidence).toBeCloseTo(confidence / 2, 1);
  });

  it("refuses a module that says neither how outputs are read nor how pictures are prepared", async () => {
    const detectionsPath = bench.path("neither.jsonl");
    const empty = bench.path("no-decoder.mjs");
    await writeFile(empty, "export const nothing = 1;");
    await expect(
      finish(detectVideo(bench.video, detectionsPath, { model: bench.model, ...fast, decoderModule: empty })),
    ).rejects.toThrow(/must export a decoder function/);
  });
});
