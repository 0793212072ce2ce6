import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findFfmpeg, markUpVideo, probeVideo } from "@sightline/video-markup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeBrightSpotDetector } from "./support/bright-spots.js";
import { finish } from "./support/finish.js";
import { makeVideo } from "./support/make-video.js";

const { path: ffmpeg } = await findFfmpeg();
const { stdout: encoders } = await promisify(execFile)(ffmpeg, ["-hide_banner", "-encoders"]);
let folder: string;
let model: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-coding-"));
  model = join(folder, "bright.onnx");
  await writeBrightSpotDetector(model);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Options for an encoder that this ffmpeg may lack; SVT-AV1 takes no frame below 64 x 64. */
const codings = [
  { codec: "hevc", encoder: "libx265", make: ["-x265-params", "log-level=error"], preset: "ultrafast" },
  { codec: "av1", encoder: "libsvtav1", make: ["-preset", "12"], preset: "12" },
] as const;

describe.each(codings)("$codec by $encoder", ({ codec, encoder, make, preset }) => {
  it.skipIf(!encoders.includes(` ${encoder} `))(
    "is read and written with every frame at its time",
    async () => {
      const input = join(folder, `${codec}-in.mp4`);
      const output = join(folder, `${codec}-out.mp4`);
      await makeVideo(input, { seconds: 2, size: "320x180", extra: ["-c:v", encoder, ...make] });
      const encoding = { codec, preset } as const;
      const { result } = await finish(markUpVideo(input, output, { model, segmentSeconds: 1, encoding }));
      const [before, after] = [await probeVideo(input), await probeVideo(output)];
      expect(result.frames).toBe(50);
      const seconds = ({ index, timeBase, originPts }: typeof before) =>
        [...index.pts].map((pts) => (((pts - originPts) * timeBase.num) / timeBase.den).toFixed(6));
      expect(seconds(after)).toEqual(seconds(before));
      expect(after.streams.map(({ codec }) => codec)).toEqual([codec, "aac"]);
    },
  );
});

describe("HDR", () => {
  it.skipIf(!encoders.includes(" libx265 "))(
    "becomes 8-bit 4:2:0 with its colour tags kept, so that a player still knows its transfer curve",
    async () => {
      const input = join(folder, "hdr.mp4");
      const output = join(folder, "hdr-out.mp4");
      const tags = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:log-level=error";
      await makeVideo(input, {
        seconds: 1,
        extra: ["-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params", tags],
      });
      await finish(markUpVideo(input, output, { model, encoding: { preset: "ultrafast" } }));
      const [before, after] = [await probeVideo(input), await probeVideo(output)];
      expect(before.pixelFormat).toBe("yuv420p10le");
      expect(after.pixelFormat).toBe("yuv420p");
      expect(after.color).toMatchObject({ space: "bt2020nc", primaries: "bt2020", transfer: "smpte2084" });
      expect(after.index.pts.length).toBe(25);
    },
  );
});
