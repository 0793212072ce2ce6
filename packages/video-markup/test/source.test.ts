import { readFile, writeFile } from "node:fs/promises";
import { detectVideo, markUpVideo, probeVideo, renderVideo } from "@sightline/video-markup";
import { describe, expect, it } from "vitest";
import { ffmpeg, makeVideo } from "./support/make-video.js";
import { fast, useWorkbench } from "./support/workbench.js";

const bench = useWorkbench("source");

describe("a source that is not whole", () => {
  it("is marked up as far as it goes, with how many frames are missing and where", async () => {
    const input = bench.path("cut.mp4");
    await makeVideo(bench.path("whole.mp4"), { keyframes: 100, extra: ["-movflags", "+faststart"] });
    const whole = await readFile(bench.path("whole.mp4"));
    await writeFile(input, whole.subarray(0, whole.length * 0.6));
    const detectionsPath = bench.path("cut.jsonl");
    const detected = await detectVideo(input, detectionsPath, { model: bench.model });
    const marked = await markUpVideo(input, bench.path("cut.out.mp4"), { model: bench.model, ...fast });
    const redrawn = await renderVideo(input, detectionsPath, bench.path("cut.drawn.mp4"), fast);
    const note =
      /cut short: it ends at (\d\.\d\d) s of the 4\.\d\d s that its header tells; about (\d+) frames are missing/;
    for (const { frames, warnings } of [detected, marked, redrawn]) {
      const [, ends, missing] = note.exec(warnings.join("\n")) ?? [];
      expect(Number(ends) * 25 + Number(missing)).toBeCloseTo(100, -1);
      const undecodable =
        /(\d+) frames? (?:is|are) missing, because .* could not be decoded (?:at|from) (\d)/;
      const lost = Number(undecodable.exec(warnings.join("\n"))?.[1] ?? 0);
      expect(frames + lost).toBe(Math.round(Number(ends) * 25));
    }
  });

  it("says how many frames are damaged and where, and codes sound again that cannot be copied", async () => {
    const input = bench.path("lossy.ts");
    await makeVideo(input, { extra: ["-c:a", "aac", "-b:a", "192k"] });
    const bytes = await readFile(input);
    const kept: Buffer[] = [];
    // Every 23rd packet of 188 bytes is lost, as on a bad line; not the tables at the start.
    for (let n = 0; n * 188 < bytes.length; n++) {
      if (n < 8 || n % 23 !== 0) kept.push(bytes.subarray(n * 188, (n + 1) * 188));
    }
    await writeFile(input, Buffer.concat(kept));
    const output = bench.path("lossy.mp4");
    const { frames, warnings } = await markUpVideo(input, output, { model: bench.model, ...fast });
    expect(frames).toBeGreaterThan(90);
    expect(warnings).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^\d+ frames are damaged in the source, from about \d\.\d\d s to \d\.\d\d s/),
        "the sound is damaged and could not be copied as it is",
        "audio stream 1 (aac) was coded again as AAC",
      ]),
    );
    const { streams } = await probeVideo(output);
    expect(streams.map(({ codec }) => codec)).toEqual(["h264", "aac"]);
  });

  it("says nothing of a whole one, whose codec hides frames in packets of their own", async () => {
    const input = bench.path("hidden.webm");
    const hidden = ["-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "16", "-c:a", "libopus"];
    await ffmpeg(["-i", bench.video, ...hidden, "-deadline", "realtime", input]);
    const detected = await detectVideo(input, bench.path("hidden.jsonl"), { model: bench.model });
    expect(detected).toMatchObject({ frames: 100, warnings: [] });
  });
});

describe("an interlaced source", () => {
  it("is deinterlaced frame for frame at the same times, and that is said", async () => {
    const input = bench.path("inter.mp4");
    const fields = ["-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct"];
    await makeVideo(input, { extra: [...fields, "-c:a", "aac"] });
    const output = bench.path("inter.out.mp4");
    const { warnings, frames } = await markUpVideo(input, output, { model: bench.model, ...fast });
    expect(warnings).toEqual(["the source is interlaced; its frames were deinterlaced, one for each"]);
    const [before, after] = [await probeVideo(input), await probeVideo(output)];
    expect([before.interlaced, after.interlaced]).toEqual([true, false]);
    expect(frames).toBe(before.index.pts.length);
    expect([...after.index.pts]).toEqual([...before.index.pts]);
  });
});

describe("what a source holds beside its video", () => {
  it.each(["tracks.mp4", "tracks.mkv"])("keeps languages, titles and roles in %s", async (name) => {
    const subtitles = bench.path("words.srt");
    await writeFile(subtitles, "1\n00:00:00,000 --> 00:00:01,000\nhello\n");
    const tones = ["-f", "lavfi", "-i", "sine=duration=4", "-f", "lavfi", "-i", "sine=880:duration=4"];
    const maps = ["-map", "0:v", "-map", "1:a", "-map", "2:a", "-map", "3:s"];
    const told = ["-metadata:s:a:0", "language=deu", "-metadata:s:a:1", "language=jpn"].concat(
      ["-metadata:s:s:0", "language=fra", "-metadata:s:s:0", "title=Commentaire: 1"],
      ["-disposition:a:0", "0", "-disposition:a:1", "default", "-disposition:s:0", "0"],
    );
    const coding = ["-c:v", "copy", "-c:a", "aac", "-c:s", "srt"];
    const source = bench.path("source.mkv");
    await ffmpeg(["-i", bench.video, ...tones, "-i", subtitles, ...maps, ...coding, ...told, source]);
    const output = bench.path(name);
    const { warnings } = await markUpVideo(source, output, { model: bench.model, ...fast });
    expect(warnings).toEqual([]);
    const { streams } = await probeVideo(output);
    expect(streams.map(({ kind, language, dispositions }) => ({ kind, language, dispositions }))).toEqual([
      { kind: "video", language: undefined, dispositions: ["default"] },
      { kind: "audio", language: "deu", dispositions: [] },
      { kind: "audio", language: "jpn", dispositions: ["default"] },
      { kind: "subtitle", language: "fra", dispositions: [] },
    ]);
    const said = await ffmpeg(["-i", output, "-f", "null", "-"]);
    const libavformat = Number(/Lavf(\d+)/.exec(said)?.[1]);
    expect(libavformat).toBeGreaterThan(50);
    // That of FFmpeg 5 (Debian's) writes no titles of tracks to mp4.
    if (name.endsWith(".mkv") || libavformat > 59) expect(said).toContain("Commentaire: 1");
  });

  it("keeps chapters and time code without a word of their tracks", async () => {
    const input = bench.path("chapters.mov");
    const chapters = bench.path("chapters.txt");
    const chapter = (n: number) => `[CHAPTER]\nTIMEBASE=1/1\nSTART=${n}\nEND=${n + 2}\ntitle=part ${n}\n`;
    await writeFile(chapters, `;FFMETADATA1\n${chapter(0)}${chapter(2)}`);
    const maps = ["-map", "0", "-map_metadata", "1", "-c", "copy", "-timecode", "01:00:00:00"];
    await ffmpeg(["-i", bench.video, "-i", chapters, ...maps, input]);
    const before = await probeVideo(input);
    expect(before.streams.map(({ tag }) => tag)).toEqual(expect.arrayContaining(["text", "tmcd"]));
    const output = bench.path("chapters.mp4");
    const { warnings } = await markUpVideo(input, output, { model: bench.model, ...fast });
    expect(warnings).toEqual([]);
    expect((await probeVideo(output)).chapters).toBe(2);
    expect(await ffmpeg(["-i", output, "-f", "null", "-"])).toMatch(/timecode +: 01:00:00:00/);
  });

  it("leaves the sound out where it is not wanted, and nothing else", async () => {
    const output = bench.path("silent.mp4");
    const options = { model: bench.model, ...fast, sound: false };
    const { warnings } = await markUpVideo(bench.video, output, options);
    expect(warnings).toEqual([]);
    expect((await probeVideo(output)).streams.map(({ kind }) => kind)).toEqual(["video"]);
  });
});
