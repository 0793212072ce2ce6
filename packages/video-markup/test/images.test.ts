import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createPool,
  detectVideo,
  type ImageDetections,
  LimitError,
  markUpImages,
  UnreadableImageError,
} from "@sightline/video-markup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeBrightSpotDetector } from "./support/bright-spots.js";
import { finish, records } from "./support/finish.js";
import { ffmpeg } from "./support/make-video.js";
import { eventually, processesMentioning } from "./support/processes.js";

let folder: string;
let model: string;
let photos: string;

/** A dark picture with one bright spot left of the top's middle: every turn and mirroring moves it. */
const spot = "drawbox=x=40:y=10:w=30:h=30:color=white:t=fill";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-images-"));
  model = join(folder, "bright.onnx");
  photos = join(folder, "photos");
  await writeBrightSpotDetector(model);
  await mkdir(join(photos, "more"), { recursive: true });
  for (let n = 0; n < 5; n++) await draw(join(photos, `same-${n}.jpg`), "160x120", `hue=b=${-n / 4}`);
  await draw(join(photos, "odd 100%d.png"), "160x120", "format=rgb24,scale=161:121");
  await draw(join(photos, "more", "small.JPG"), "96x64");
  await draw(join(photos, "bitmap.bmp"), "128x96");
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function draw(path: string, size: string, after = "null"): Promise<void> {
  const source = ["-f", "lavfi", "-i", `color=c=black:size=${size}:rate=1,${spot},${after}`];
  await ffmpeg([...source, "-frames:v", "1", "-update", "1", "-q:v", "2", path]);
}

async function images(path: string): Promise<ImageDetections[]> {
  return (await records(path)) as unknown as ImageDetections[];
}

/** The Exif segment of one entry, Orientation, put in front of a JPEG's other segments. */
function orient(jpeg: Uint8Array, orientation: number): Buffer {
  const entry = Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
  const tiff = Buffer.concat([Buffer.from("MM\0*\0\0\0\b\0\x01", "latin1"), entry, Buffer.alloc(4)]);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, body.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

describe("markUpImages", () => {
  it("marks up a folder and the folders in it: pictures under their names, one line each in order", async () => {
    const output = join(folder, "marked 50%d");
    const { result, events } = await finish(markUpImages(photos, output, { model, confidence: 0.6 }));
    expect(result).toMatchObject({ images: 8, imagesWithDetections: 8, skipped: [], provider: "cpu" });
    expect((await readdir(output, { recursive: true })).sort()).toEqual([
      "bitmap.jpg",
      "detections.jsonl",
      "more",
      "more/small.JPG",
      "odd 100%d.png",
      ...[0, 1, 2, 3, 4].map((n) => `same-${n}.jpg`),
    ]);
    const lines = await images(join(output, "detections.jsonl"));
    expect(lines.map(({ image, width, height }) => [image, width, height])).toEqual([
      ["bitmap.bmp", 128, 96],
      ["more/small.JPG", 96, 64],
      ["odd 100%d.png", 161, 121],
      ...[0, 1, 2, 3, 4].map((n) => [`same-${n}.jpg`, 160, 120]),
    ]);
    expect(lines.reduce((sum, { detections }) => sum + detections.length, 0)).toBe(result.detectionCount);
    expect(events.at(-1)).toMatchObject({ kind: "images", imagesDone: 8, images: 8 });
    expect((await readFile(join(output, "odd 100%d.png"))).toString("latin1", 1, 4)).toBe("PNG");
    // Drawn on: the marked-up picture is no longer black around the spot.
    const [before, after] = [
      await brightness(join(photos, "same-0.jpg")),
      await brightness(join(output, "same-0.jpg")),
    ];
    expect(after).not.toBe(before);
  });

  it("finds the same in pictures decoded together, one by one, and as a video's frame", async () => {
    const [together, alone] = [join(folder, "together"), join(folder, "alone")];
    await finish(
      markUpImages(photos, together, { model, confidence: 0.5, pool: createPool({ workers: 1 }) }),
    );
    const lines = await images(join(together, "detections.jsonl"));
    for (const { image, detections } of lines) {
      await finish(markUpImages([join(photos, image)], alone, { model, confidence: 0.5 }));
      expect((await images(join(alone, "detections.jsonl")))[0]!.detections).toEqual(detections);
    }
    const video = join(folder, "still.mkv");
    await ffmpeg(["-i", join(photos, "same-0.jpg"), "-c:v", "ffv1", video]);
    await finish(detectVideo(video, join(folder, "still.jsonl"), { model, confidence: 0.5 }));
    const [frame] = await records(join(folder, "still.jsonl"));
    expect(frame!.detections).toEqual(lines.find(({ image }) => image === "same-0.jpg")!.detections);
  });

  it("turns every Exif orientation upright", async () => {
    // What the camera stored so that the orientation's turn makes it upright again.
    const stored = [
      "null",
      "hflip",
      "hflip,vflip",
      "vflip",
      "transpose=0",
      "transpose=2",
      "transpose=3",
      "transpose=1",
    ];
    const turned = join(folder, "turned");
    await mkdir(turned);
    for (const [n, filter] of stored.entries()) {
      const path = join(turned, `${n + 1}.jpg`);
      await draw(path, "160x120", filter);
      await writeFile(path, orient(await readFile(path), n + 1));
    }
    const output = join(folder, "upright");
    await finish(markUpImages(turned, output, { model, confidence: 0.6 }));
    const lines = await images(join(output, "detections.jsonl"));
    expect(lines).toHaveLength(8);
    for (const { width, height, detections } of lines) {
      expect([width, height]).toEqual([160, 120]);
      expect(detections.map(({ xyxy }) => xyxy)).toEqual(lines[0]!.detections.map(({ xyxy }) => xyxy));
    }
    expect(lines[0]!.detections.length).toBeGreaterThan(0);
  });

  it("fails whole at an unreadable picture, or lists it and goes on", async () => {
    const mixed = join(folder, "mixed");
    await mkdir(mixed);
    for (const name of ["a.jpg", "b.jpg", "c.jpg"]) await draw(join(mixed, name), "160x120");
    const whole = await readFile(join(mixed, "b.jpg"));
    // Cut in the middle: the head is that of a picture, and it is decoded with its neighbours.
    await writeFile(join(mixed, "b.jpg"), whole.subarray(0, Math.round(whole.length / 2)));
    await writeFile(join(mixed, "d.png"), "no picture");
    const output = join(folder, "mixed-output");
    const failing = finish(markUpImages(mixed, output, { model }));
    await expect(failing).rejects.toThrow(UnreadableImageError);
    await expect(failing).rejects.toThrow(/d\.png cannot be decoded as a picture/);
    expect(await readdir(folder)).not.toContain("mixed-output");
    const { result } = await finish(
      markUpImages(mixed, output, {
        model,
        confidence: 0.6,
        onError: "skip",
        pool: createPool({ workers: 1 }),
      }),
    );
    expect(result.skipped.map(({ image }) => image)).toContain("d.png");
    const lines = await images(result.detectionsPath);
    // Neighbours keep their own detections whatever ffmpeg makes of the half picture between them.
    const [a, c] = ["a.jpg", "c.jpg"].map((name) => lines.find(({ image }) => image === name)!);
    expect(a!.detections.length).toBeGreaterThan(0);
    expect(c!.detections).toEqual(a!.detections);
    expect(result.images + result.skipped.length).toBe(4);
  });

  it("refuses what would overwrite a source, two pictures of one name, an empty folder and too many pixels", async () => {
    const attempt = (inputs: string | string[], output: string, more = {}) =>
      finish(markUpImages(inputs, output, { model, ...more }));
    const one = join(photos, "same-0.jpg");
    await expect(attempt(photos, photos)).rejects.toThrow(/written over a source/);
    await expect(attempt([one, one], join(folder, "twice"))).rejects.toThrow(/would both become/);
    await expect(attempt(join(folder, "none"), join(folder, "x"))).rejects.toThrow(/no such file or folder/);
    await mkdir(join(folder, "empty"), { recursive: true });
    await expect(attempt(join(folder, "empty"), join(folder, "x"))).rejects.toThrow(/holds no picture/);
    await expect(attempt(one, join(folder, "x"), { maxFramePixels: 1000 })).rejects.toThrow(LimitError);
    expect(await readdir(folder)).not.toContain("x");
  });

  it("gives no picture its name when one of them cannot have it", async () => {
    const output = join(folder, "taken");
    await mkdir(join(output, "same-3.jpg"), { recursive: true });
    const inputs = [0, 3].map((n) => join(photos, `same-${n}.jpg`));
    await expect(finish(markUpImages(inputs, output, { model }))).rejects.toThrow("same-3.jpg is a folder");
    expect(await readdir(output)).toEqual(["same-3.jpg"]);
  });

  it("refuses a source as its detections file, and an output folder that is the input's by a link", async () => {
    const source = join(photos, "same-0.jpg");
    const before = await readFile(source);
    const detectionsPath = source;
    await expect(finish(markUpImages(photos, join(folder, "o"), { model, detectionsPath }))).rejects.toThrow(
      "is the picture to be marked up; choose another name",
    );
    await symlink(photos, join(folder, "linked"));
    await expect(finish(markUpImages(photos, join(folder, "linked"), { model }))).rejects.toThrow(
      "would be written over a source",
    );
    expect(await readFile(source)).toEqual(before);
  });

  it("leaves nothing when it is left or aborted", async () => {
    const output = join(folder, "left");
    for await (const _ of markUpImages(photos, output, { model })) break;
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(finish(markUpImages(photos, output, { model, signal }))).rejects.toThrow("too late");
    expect(await readdir(folder)).not.toContain("left");
    expect(await eventually(() => processesMentioning(output).length === 0)).toBe(true);
  });
});

async function brightness(path: string): Promise<string | undefined> {
  const text = await ffmpeg([
    "-f",
    "image2",
    "-pattern_type",
    "none",
    "-i",
    path,
    "-vf",
    "showinfo",
    "-f",
    "null",
    "-",
  ]);
  return /mean:\[([^\]]*)\]/.exec(text)?.[1];
}
