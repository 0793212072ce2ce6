import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { drawRoadVideo } from "./draw-road-video.js";
import { SampleError } from "./errors.js";

const scratch = mkdtempSync(join(tmpdir(), "sightline-road-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const ffmpeg = process.env.FFMPEG_PATH || "ffmpeg";
const hasFfmpeg = (() => {
  try {
    execFileSync(ffmpeg, ["-version"], { stdio: "ignore" });
    return true;
  } catch {
    process.stderr.write("The drawn video is not tried: there is no ffmpeg (set FFMPEG_PATH).\n");
    return false;
  }
})();

const short = { seconds: 2, fps: 10, width: 320, height: 180 };

describe.skipIf(!hasFfmpeg)("drawRoadVideo", () => {
  it("keeps every pothole's box inside the frame, and each number one pothole that comes nearer", async () => {
    const path = join(scratch, "road.mp4");
    const { groundTruth, unchanged } = await drawRoadVideo({ path, ...short });
    expect(unchanged).toBe(false);
    expect(groundTruth.map(({ frame }) => frame)).toEqual(Array.from({ length: 20 }, (_, frame) => frame));
    expect(groundTruth.map(({ ptsSeconds }) => ptsSeconds)).toEqual(
      groundTruth.map(({ frame }) => frame / 10),
    );
    const bottoms = new Map<number, number>();
    for (const { boxes } of groundTruth) {
      expect(new Set(boxes.map(({ id }) => id)).size).toBe(boxes.length);
      for (const { id, distant, xyxy } of boxes) {
        const [left, top, right, bottom] = xyxy;
        expect(left).toBeGreaterThanOrEqual(0);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(right).toBeLessThanOrEqual(320);
        expect(bottom).toBeLessThanOrEqual(180);
        expect(right).toBeGreaterThan(left);
        expect(bottom).toBeGreaterThan(top);
        expect(distant).toBe(right - left < 24 || bottom - top < 8);
        expect(bottom).toBeGreaterThanOrEqual(bottoms.get(id) ?? 0);
        bottoms.set(id, bottom);
      }
    }
    expect(bottoms.size).toBeGreaterThan(1);
  });

  it("encodes that many frames, with sound, and the same truth for the same seed", async () => {
    const path = join(scratch, "same.mp4");
    const { groundTruth } = await drawRoadVideo({ path, ...short });
    expect(groundTruth).toEqual(
      JSON.parse(readFileSync(join(scratch, "road.mp4.truth.json"), "utf8")).groundTruth,
    );
    expect(await drawRoadVideo({ path, ...short })).toMatchObject({ unchanged: true, groundTruth });
    const other = await drawRoadVideo({ path, ...short, seed: 9 });
    expect(other.unchanged).toBe(false);
    expect(other.groundTruth).not.toEqual(groundTruth);
    const frames = execFileSync(
      ffmpeg,
      ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "-"],
      {
        maxBuffer: 1e8,
      },
    );
    expect(frames.length).toBe(20 * 320 * 180);
    const samples = execFileSync(ffmpeg, ["-v", "error", "-i", path, "-vn", "-ac", "1", "-f", "u8", "-"], {
      maxBuffer: 1e8,
    });
    expect(samples.length / 44_100).toBeCloseTo(2, 0);
    expect(statSync(path).size).toBeGreaterThan(10_000);
  });

  it("says what ffmpeg said, and leaves no video", async () => {
    const work = drawRoadVideo({ path: join(scratch, "none.mp4"), ...short, ffmpegPath: "false" });
    await expect(work).rejects.toThrow(SampleError);
    const absent = drawRoadVideo({ path: join(scratch, "none.mp4"), ...short, ffmpegPath: "/no/ffmpeg" });
    await expect(absent).rejects.toThrow(/ffmpeg/);
    expect(
      readdirSync(scratch).filter((name) => name.startsWith("none.mp4") && !name.endsWith(".json")),
    ).toEqual([]);
  });
});

it.each([{ width: 641 }, { height: 80 }, { fps: 0 }, { seconds: 601 }])("refuses %j", async (options) => {
  const [[name]] = Object.entries(options) as [[string, number]];
  await expect(drawRoadVideo({ path: join(scratch, "never.mp4"), ...options })).rejects.toThrow(
    new RegExp(`^${name} must be`),
  );
});
