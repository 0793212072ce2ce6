import { expect, it } from "vitest";
import { plainStream } from "../../test/support/plain-stream.js";
import { parseBanner } from "./parse-banner.js";

it("reads streams with language, roles, code and field order, and counts chapters, in the words of ffmpeg 7 and 5", () => {
  const { streams, chapters, formats, durationSeconds } = parseBanner([
    "Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'road.mp4':",
    "  Duration: 00:01:02.50, start: 0.500000, bitrate: 397 kb/s",
    "  Chapters:",
    "    Chapter #0:0: start 0.000000, end 1.000000",
    "      Metadata:",
    "        title           : One",
    "    Chapter #0:1: start 1.000000, end 2.000000",
    "  Stream #0:0[0x1](und): Video: h264 (Main) (avc1 / 0x31637661), yuv420p(tv, bt709, top first), 160x120 [SAR 1:1 DAR 4:3], 317 kb/s, 12.50 fps (default)",
    "  Stream #0:1[0x2](deu): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp, 69 kb/s (default) (hearing impaired)",
    "      Metadata:",
    "        title           : Ton: 1",
    "  Stream #0:2(fra): Subtitle: subrip (srt) (forced)",
    "  Stream #0:3[0x4](eng): Data: none (tmcd / 0x64636D74)",
    "  Stream #0:4: Video: mjpeg (Baseline), yuvj420p(pc, bt470bg/unknown/unknown, progressive), 8x8 (attached pic)",
    "Stream mapping:",
    "  Stream #0:9: Video: h264",
  ]);
  expect({ chapters, formats, durationSeconds }).toEqual({
    chapters: 2,
    formats: ["mov", "mp4", "m4a", "3gp", "3g2", "mj2"],
    durationSeconds: 62.5,
  });
  expect(streams).toEqual([
    {
      ...plainStream,
      index: 0,
      kind: "video",
      codec: "h264",
      tag: "avc1",
      interlaced: true,
      dispositions: ["default"],
    },
    {
      ...plainStream,
      index: 1,
      kind: "audio",
      codec: "aac",
      tag: "mp4a",
      language: "deu",
      title: "Ton: 1",
      dispositions: ["default", "hearing_impaired"],
    },
    {
      ...plainStream,
      index: 2,
      kind: "subtitle",
      codec: "subrip",
      language: "fra",
      dispositions: ["forced"],
    },
    { ...plainStream, index: 3, kind: "data", codec: "none", tag: "tmcd", language: "eng" },
    { ...plainStream, index: 4, kind: "video", codec: "mjpeg", attachedPicture: true },
  ]);
});
