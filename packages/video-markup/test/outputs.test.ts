import { mkdir, readdir, writeFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import {
  detectVideo,
  exportRecords,
  joinShards,
  markUpImages,
  markUpStream,
  markUpVideo,
  renderVideo,
  trackFile,
  VideoMarkupError,
  writePictures,
  writeReport,
} from "@sightline/video-markup";
import { beforeAll, describe, expect, it } from "vitest";
import { ffmpeg } from "./support/make-video.js";
import { useWorkbench } from "./support/workbench.js";

const bench = useWorkbench("outputs");
let taken: string;

beforeAll(async () => {
  taken = bench.path("taken");
  await mkdir(bench.path("taken/full"), { recursive: true });
  await ffmpeg(["-i", bench.video, "-frames:v", "1", "-update", "1", bench.path("still.jpg")]);
  await mkdir(bench.path("pictures/still.jpg"), { recursive: true });
});

/** None of these is there: an error about one of them would mean that the output was looked at later. */
const [input, records, model] = ["nowhere.mp4", "nowhere.jsonl", "nowhere.onnx"];

describe("an output that cannot be is told before any work", () => {
  it.each([
    ["markUpVideo", () => markUpVideo(input, taken, { model })],
    ["markUpVideo's detections", () => markUpVideo(input, "x.mp4", { model, detectionsPath: taken })],
    ["detectVideo", () => detectVideo(input, taken, { model })],
    ["renderVideo", () => renderVideo(input, records, taken)],
    ["joinShards", () => joinShards(input, taken, { count: 2 })],
    ["joinShards' detections", () => joinShards(input, "x.mp4", { count: 2, detectionsPath: taken })],
    ["markUpStream", () => markUpStream(new PassThrough(), taken, { model })],
    ["markUpStream's detections", () => markUpStream(input, "x.mp4", { model, detectionsPath: taken })],
    [
      "markUpImages' detections",
      () => markUpImages(bench.path("still.jpg"), "x", { model, detectionsPath: taken }),
    ],
    ["markUpImages' picture", () => markUpImages(bench.path("still.jpg"), bench.path("pictures"), { model })],
    ["trackFile", () => trackFile(records, taken)],
    ["writeReport", () => writeReport(taken, { detectionsPath: records, videoPath: input })],
    ["exportRecords", () => exportRecords([], taken, "csv", { size: { width: 1, height: 1 } })],
  ])("by %s: a folder", async (_, work) => {
    await expect(work()).rejects.toThrow(VideoMarkupError);
    // A second time: the first has left nothing behind that would be told now.
    await expect(work()).rejects.toThrow(/is a folder/);
  });

  it("by writePictures: a folder that holds something", async () => {
    await expect(writePictures(input, records, taken)).rejects.toThrow(/exists already/);
  });

  it("a place below a file", async () => {
    await writeFile(bench.path("file"), "");
    const output = bench.path("file/in/it.mp4");
    await expect(markUpVideo(input, output, { model })).rejects.toThrow(/file is no folder/);
  });

  it.skipIf(process.platform === "win32")("a device, which would be replaced", async () => {
    await expect(markUpVideo(input, "/dev/null", { model })).rejects.toThrow(/no ordinary file/);
  });

  it.each([
    ["out.webm", {}, "out.webm cannot hold h264: a .webm file takes av1"],
    ["out.webm", { codec: "hevc_nvenc" }, "cannot hold hevc"],
    ["out.avi", {}, '".avi" file; a marked-up video can be .mp4, .m4v, .mov, .mkv, .webm'],
  ] as const)("a container that cannot be: %s with %j", async (output, encoding, message) => {
    await expect(markUpVideo(input, output, { model, encoding })).rejects.toThrow(message);
    await expect(renderVideo(input, records, output, { encoding })).rejects.toThrow(message);
    if (output === "out.avi") return;
    await expect(markUpStream(input, output, { model, encoding })).rejects.toThrow(message);
  });

  it("and nothing is left behind", async () => {
    expect((await readdir(bench.folder)).sort()).toEqual(
      ["bright.onnx", "file", "pictures", "plain.mp4", "still.jpg", "taken"].sort(),
    );
  });
});
