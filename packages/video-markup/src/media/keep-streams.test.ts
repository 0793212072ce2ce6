import { describe, expect, it } from "vitest";
import { plainStream } from "../../test/support/plain-stream.js";
import { containerOf } from "./container.js";
import { keepStreams } from "./keep-streams.js";
import type { StreamInfo } from "./parse-banner.js";

let index = 0;
const stream = (kind: StreamInfo["kind"], codec: string, more: Partial<StreamInfo> = {}): StreamInfo => ({
  index: index++,
  kind,
  codec,
  ...plainStream,
  ...more,
});

/** Keeps one stream beside the main video. */
function keepOne(
  other: Omit<StreamInfo, "index">,
  output = "road.mp4",
  sound: "copy" | "recode" | "none" = "copy",
) {
  index = 0;
  const streams = [stream("video", "h264"), { ...other, index: 1 }];
  return keepStreams({ streams, chapters: 1 }, containerOf(output, undefined), sound);
}

describe("keepStreams", () => {
  it("keeps a track's metadata and roles by naming both", () => {
    const { options, notes } = keepOne(stream("audio", "aac", { dispositions: ["default", "dub"] }));
    expect(notes).toEqual([]);
    expect(options.join(" ")).toBe(
      "-map 1:1 -c:a:0 copy -map_metadata:s:a:0 1:s:1 -disposition:a:0 default+dub",
    );
  });

  it("names a track of MP4 by its handler, where players and ffmpeg look for a title", () => {
    const titled = stream("subtitle", "subrip", { title: "Commentaire: 1" });
    expect(keepOne(titled).options).toContain("handler_name=Commentaire: 1");
    expect(keepOne(titled, "road.mkv").options).not.toContain("handler_name=Commentaire: 1");
  });

  it.each([
    [
      "sound that MP4 players do not know",
      stream("audio", "flac"),
      "road.mp4",
      "audio stream 1 (flac) was coded again as AAC",
    ],
    [
      "sound that WebM does not take",
      stream("audio", "aac"),
      "road.webm",
      "audio stream 1 (aac) was coded again as Opus",
    ],
    [
      "picture subtitles in MP4",
      stream("subtitle", "dvb_subtitle"),
      "road.mp4",
      "subtitle stream 1 (dvb_subtitle) was left out",
    ],
    ["a second video", stream("video", "h264"), "road.mp4", "video stream 1 (h264) was left out"],
    [
      "unknown data",
      stream("data", "bin_data", { tag: "gpmd" }),
      "road.mp4",
      "data stream 1 (bin_data) was left out",
    ],
    [
      "a cover in WebM",
      stream("video", "png", { attachedPicture: true }),
      "road.webm",
      "video stream 1 (png) was left out",
    ],
  ])("says what becomes of %s", (_, other, output, note) => {
    expect(keepOne(other, output).notes).toEqual([note]);
  });

  it.each([
    ["the track that carries chapters", stream("data", "bin_data", { tag: "text" }), "road.mp4"],
    ["the track that carries the time code", stream("data", "none", { tag: "tmcd" }), "road.mov"],
    ["text subtitles, coded again", stream("subtitle", "subrip"), "road.mp4"],
    ["subtitles of MP4 in Matroska, coded again", stream("subtitle", "mov_text"), "road.mkv"],
    ["a font in Matroska", stream("attachment", "ttf"), "road.mkv"],
    ["a cover", stream("video", "png", { attachedPicture: true }), "road.mp4"],
  ])("says nothing of %s", (_, other, output) => {
    expect(keepOne(other, output).notes).toEqual([]);
  });

  it("leaves the sound out without a word when it is not wanted", () => {
    expect(keepOne(stream("audio", "aac"), "road.mp4", "none")).toEqual({
      options: [],
      copiedSound: 0,
      subtitleDefaults: [],
      notes: [],
    });
  });

  it("codes all sound again when it cannot be copied, with what is missing left at its place", () => {
    const { options, notes } = keepOne(stream("audio", "aac"), "road.mkv", "recode");
    expect(options).toEqual(expect.arrayContaining(["-c:a:0", "aac", "-filter:a:0", "aresample=async=1"]));
    expect(notes).toEqual(["audio stream 1 (aac) was coded again as AAC"]);
  });
});

describe("containerOf", () => {
  it.each([
    ["road.webm", "h264", /cannot hold h264: a \.webm file takes av1/],
    ["road.webm", "hevc_nvenc", /cannot hold hevc/],
    ["road.avi", "h264", /"\.avi" file; a marked-up video can be \.mp4, \.m4v, \.mov, \.mkv, \.webm/],
    ["road.ts", undefined, /"\.ts" file/],
  ])("refuses %s for %s", (output, codec, message) => {
    expect(() => containerOf(output, codec)).toThrow(message);
  });

  it("takes every codec of ours in MP4 and Matroska, AV1 in WebM, and a name without an extension for MP4", () => {
    expect(containerOf("road", "hevc").format).toBe("mp4");
    expect(containerOf("ROAD.MOV", "av1_nvenc").format).toBe("mov");
    expect(containerOf("road.mkv", "h264").format).toBe("matroska");
    expect(containerOf("road.webm", "av1_nvenc").format).toBe("webm");
  });
});
