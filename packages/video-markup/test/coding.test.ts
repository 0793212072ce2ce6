import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findFfmpeg, markUpVideo, probeVideo } from "@sightline/video-markup";
import { describe, expect, it } from "vitest";
import { finish } from "./support/finish.js";
import { makeVideo } from "./support/make-video.js";
import { useWorkbench } from "./support/workbench.js";

const { path: ffmpeg } = await findFfmpeg();
const { stdout: encoders } = await promisify(execFile)(ffmpeg, ["-hide_banner", "-encoders"]);
const bench = useWorkbench("coding");

/** Options for an encoder that this ffmpeg may lack; SVT-AV1 takes no frame below 64 x 64. */
const codings = [
  { codec: "hevc", encoder: "libx265", make: ["-x265-params", "log-level=error"], preset: "ultrafast" },
  { codec: "av1", encoder: "libsvtav1", make: ["-preset", "12"], preset: "12" },
] as const;

describe.each(codings)("$codec by $encoder", ({ codec, encoder, make, preset }) => {
  it.skipIf(!encoders.includes(` ${encoder} `))(
    "is read and written with every frame at its time",
    async () => {
      const input = bench.path(`${codec}-in.mp4`);
      const output = bench.path(`${codec}-out.mp4`);
      await makeVideo(input, { seconds: 2, size: "320x180", extra: ["-c:v", encoder, ...make] });
      const encoding = { codec, preset } as const;
      const { result } = await finish(
        markUpVideo(input, output, { model: bench.model, segmentSeconds: 1, encoding }),
      );
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
      const input = bench.path("hdr.mp4");
      const output = bench.path("hdr-out.mp4");
      const tags = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:log-level=error";
      await makeVideo(input, {
        seconds: 1,
        extra: ["-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params", tags],
      });
      await finish(markUpVideo(input, output, { model: bench.model, encoding: { preset: "ultrafast" } }));
      const [before, after] = [await probeVideo(input), await probeVideo(output)];
      expect(before.pixelFormat).toBe("yuv420p10le");
      expect(after.pixelFormat).toBe("yuv420p");
      expect(after.color).toMatchObject({ space: "bt2020nc", primaries: "bt2020", transfer: "smpte2084" });
      expect(after.index.pts.length).toBe(25);
    },
  );
});
