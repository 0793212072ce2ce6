import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { markUpVideo, probeVideo, UnreadableVideoError } from "@sightline/video-markup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeBrightSpotDetector } from "./support/bright-spots.js";
import { finish, records } from "./support/finish.js";
import { ffmpeg } from "./support/make-video.js";
import { noSharedData, sharedData } from "./support/shared-data.js";

if (!sharedData) console.warn(`tests on real videos are skipped: ${noSharedData}`);

const files = [
  "car-detection_768x432_12.5fps.mp4",
  "pothole_closeup_640x360_25fps_aac.mp4",
  "pothole_dashcam_854x480_cover_png.mp4",
  "pothole_phone_portrait_356x640_aac.mp4",
  "odd/av1_video.mkv",
  "odd/cursed-vfr.mp4",
  "odd/edts.mp4",
  "odd/multiple-aac-tracks.mp4",
  "odd/nasa_13013.mp4",
  "odd/rotate-buck-bunny.mp4",
  "odd/video-h265.mp4",
];

describe.skipIf(!sharedData)("markUpVideo on real videos", () => {
  let folder: string;
  let model: string;
  let table: Map<string, { frames: number; streams: string }>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sightline-real-"));
    model = join(folder, "bright.onnx");
    await writeBrightSpotDetector(model);
    const lines = (await readFile(join(sharedData!, "videos", "PROBE.csv"), "utf8")).trim().split("\n");
    const columns = lines[0]!.split(",");
    table = new Map(
      lines.slice(1).map((line) => {
        const fields = line.split(",");
        const field = (name: string) => fields[columns.indexOf(name)]!;
        const frames = Number(field("frames_decoded") || field("nb_frames_container"));
        return [field("file"), { frames, streams: field("streams") }];
      }),
    );
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each(files)("%s: every frame at its time, or one clear error", async (file) => {
    const input = join(sharedData!, "videos", file);
    const expected = table.get(file)!;
    const output = join(folder, "marked.mp4");
    const detectionsPath = join(folder, "marked.jsonl");
    // Short segments, so that each file is cut and joined wherever its keyframes allow.
    const job = markUpVideo(input, output, {
      model,
      detectionsPath,
      segmentSeconds: 2,
      confidence: 0.7,
      encoding: { preset: "ultrafast", crf: 40 },
    });
    if (!expected.streams.includes("v:")) {
      await expect(finish(job)).rejects.toThrow(UnreadableVideoError);
      return;
    }
    const { result } = await finish(job);
    const [before, after] = [await probeVideo(input), await probeVideo(output)];
    if (expected.frames > 0) expect(result.frames).toBe(expected.frames);
    const seconds = ({ index, timeBase }: typeof before) =>
      [...index.pts].map((pts) => Number(((pts * timeBase.num) / timeBase.den).toFixed(7)));
    expect(seconds(after)).toEqual(seconds(before));
    expect((await records(detectionsPath)).map(({ ptsSeconds }) => Number(ptsSeconds.toFixed(7)))).toEqual(
      seconds(before),
    );
    const kinds = (streams: typeof before.streams) =>
      streams.filter(({ kind }) => kind !== "video").map(({ kind }) => kind);
    expect(kinds(after.streams)).toEqual(kinds(before.streams));
  });

  it("shifts no picture: the counter burned into each frame of video-h265.mp4 stays with it", async () => {
    const input = join(sharedData!, "videos", "odd", "video-h265.mp4");
    const output = join(folder, "counter.mp4");
    const encoding = { preset: "ultrafast", crf: 12 } as const;
    await finish(
      markUpVideo(input, output, { model, segmentSeconds: 2, maxSeconds: 6, annotate: [], encoding }),
    );
    // Frame by frame the marked-up video looks like the source; a shift by one frame would change the
    // counter. SSIM of each pair of frames, and of pairs that are one frame apart for comparison.
    const compare = async (shift: number) => {
      const trim = `trim=start_frame=${shift},setpts=PTS-STARTPTS`;
      const graph = `[0:v]${trim},crop=640:360,scale=320:180[a];[1:v]crop=640:360,scale=320:180[b];[a][b]ssim=shortest=1:f=-`;
      const log = await ffmpeg(["-i", input, "-i", output, "-lavfi", graph, "-f", "null", "-"]);
      return Number(/All:([\d.]+)/.exec(log)![1]);
    };
    const aligned = await compare(0);
    const shifted = await compare(1);
    expect(aligned).toBeGreaterThan(0.98);
    expect(aligned).toBeGreaterThan(shifted);
  });
});
