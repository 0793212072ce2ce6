import { writeFile } from "node:fs/promises";
import {
  DetectorLayoutError,
  detectVideo,
  LimitError,
  markUpVideo,
  OutputBusyError,
  ProviderUnavailableError,
  renderVideo,
  UnreadableVideoError,
  UnusableModelError,
  VideoMarkupError,
} from "@sightline/video-markup";
import { describe, expect, it } from "vitest";
import { finish } from "./support/finish.js";
import { ffmpeg, makeVideo } from "./support/make-video.js";
import { fast, useWorkbench } from "./support/workbench.js";

const bench = useWorkbench("refusals");

describe("markUpVideo refuses", () => {
  it("detections that belong to another video", async () => {
    const short = bench.path("short.mp4");
    const detectionsPath = bench.path("of-short.jsonl");
    await makeVideo(short, { seconds: 1 });
    await finish(detectVideo(short, detectionsPath, { model: bench.model, ...fast }));
    const output = bench.path("mixed.mp4");
    await expect(finish(renderVideo(bench.video, detectionsPath, output, fast))).rejects.toThrow(
      VideoMarkupError,
    );
    expect((await bench.leftovers("mixed")).filter((name) => !name.startsWith("."))).toEqual([]);
  });

  it("a text file, an empty file, no file, and a file without pictures, each with its own words", async () => {
    const text = bench.path("text.mp4");
    await writeFile(text, "this is not a video\n".repeat(50));
    const empty = bench.path("empty.mp4");
    await writeFile(empty, "");
    const sound = bench.path("sound.m4a");
    await ffmpeg(["-f", "lavfi", "-i", "sine=duration=1", sound]);
    const output = bench.path("refused.mp4");
    const attempt = (input: string) => finish(markUpVideo(input, output, { model: bench.model }));
    await expect(attempt(text)).rejects.toThrow(/text\.mp4 cannot be read as a video/);
    await expect(attempt(text)).rejects.toThrow(UnreadableVideoError);
    await expect(attempt(empty)).rejects.toThrow(/is empty/);
    await expect(attempt(bench.path("nowhere.mp4"))).rejects.toThrow(/no such file/);
    await expect(attempt(sound)).rejects.toThrow(/holds no video: its streams are 1 audio/);
    expect(await bench.leftovers("refused")).toEqual([]);
  });

  it("a model that is none, and a model that is no detector", async () => {
    const output = bench.path("bad-model.mp4");
    const junk = bench.path("junk.onnx");
    await writeFile(junk, "no model");
    await expect(finish(markUpVideo(bench.video, output, { model: junk }))).rejects.toThrow(
      UnusableModelError,
    );
    await expect(
      finish(markUpVideo(bench.video, output, { model: bench.path("gone.onnx") })),
    ).rejects.toThrow(/cannot be read/);
    await expect(
      finish(markUpVideo(bench.video, output, { model: bench.model, layout: "nanodet" })),
    ).rejects.toThrow(DetectorLayoutError);
    await expect(
      finish(markUpVideo(bench.video, output, { model: bench.model, layout: "yolox" })),
    ).rejects.toThrow(/"yolox"/);
    expect(await bench.leftovers("bad-model")).toEqual([]);
  });

  it("a provider that is missing, unless another is allowed, which is then named", async () => {
    const output = bench.path("provider.mp4");
    const only = markUpVideo(bench.video, output, { model: bench.model, ...fast, providers: ["cuda"] });
    await expect(finish(only)).rejects.toThrow(ProviderUnavailableError);
    const either = markUpVideo(bench.video, output, {
      model: bench.model,
      ...fast,
      providers: ["cuda", "cpu"],
    });
    const { result } = await finish(either);
    expect(result.provider).toBe("cpu");
    expect(result.refusedProviders.map(({ provider }) => provider)).toEqual(["cuda"]);
  });

  it("what passes a limit, before any work", async () => {
    const output = bench.path("limit.mp4");
    const attempt = (options: object) =>
      finish(markUpVideo(bench.video, output, { model: bench.model, ...options }));
    await expect(attempt({ maxDurationSeconds: 3 })).rejects.toThrow(LimitError);
    await expect(attempt({ maxFramePixels: 160 * 119 })).rejects.toThrow(/160x120/);
    await expect(attempt({ minFreeBytes: 2 ** 60 })).rejects.toThrow(/free/);
    expect(await bench.leftovers("limit")).toEqual([]);
  });

  it("an output that another job is writing, and its own input", async () => {
    const output = bench.path("contested.mp4");
    const options = { model: bench.model, ...fast };
    const first = markUpVideo(bench.video, output, options);
    for await (const event of first) {
      if (event.kind !== "probed") continue;
      await expect(finish(markUpVideo(bench.video, output, options))).rejects.toThrow(OutputBusyError);
    }
    expect((await first).frames).toBe(100);
    await expect(finish(markUpVideo(bench.video, bench.video, { model: bench.model }))).rejects.toThrow(
      TypeError,
    );
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
  const job = markUpVideo(bench.video, bench.path("odd-option.mp4"), { model: bench.model, ...option });
  const refused = await finish(job).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RangeError);
  expect((refused as Error).message).toContain(message);
  expect(await bench.leftovers("odd-option")).toEqual([]);
});
