import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describeModel } from "@sightline/onnx";
import { describe, expect, it } from "vitest";
import type { Detection, Size } from "../src/detection.js";
import { maskArea } from "../src/detectors/masks.js";
import { boxIou } from "../src/detectors/nms.js";
import { planDetector } from "../src/detectors/plan-detector.js";
import { createFrameDetector } from "../src/inference/frame-detector.js";
import { openSession } from "../src/inference/session.js";
import { findFfmpeg } from "../src/media/find-ffmpeg.js";

/** Written by fixtures/write_model_references.py: onnxruntime in Python, OpenCV, each family's own recipe. */
interface References {
  readonly confidence: number;
  readonly iou: number;
  readonly models: Readonly<Record<string, readonly ReferencePicture[]>>;
}

interface ReferencePicture {
  readonly file: string;
  /** Decoded frame of a video, from 0. */
  readonly frame?: number;
  readonly width: number;
  readonly height: number;
  readonly detections: readonly {
    readonly classId: number;
    readonly confidence: number;
    readonly xyxy: [number, number, number, number];
    /** Area of the mask as a share of the model's input. */
    readonly maskShareOfInput?: number;
  }[];
}

const layouts: Readonly<Record<string, string>> = {
  pothole_yolov8n_320_int8: "yolov8",
  coco_yolov8n_320_int8: "yolov8",
  "coco_yolov8n-seg_320_int8": "yolov8-seg",
  coco_yolox_nano_416: "yolox",
  coco_nanodet_m_320: "nanodet",
  coco_fastestdet_352: "fastestdet",
};

const data = process.env.SIGHTLINE_DATA
  ? new URL(`file://${process.env.SIGHTLINE_DATA.replace(/\/?$/, "/")}`)
  : new URL("../../../../shared/data/", import.meta.url);
const references = JSON.parse(
  readFileSync(new URL("fixtures/model-references.json", import.meta.url), "utf8"),
) as References;
const there = existsSync(new URL("models/", data));

/** How the frames are scaled to the model's size, and how near the answers must then be. */
const scalings = [
  // As the reference does it: what is left is the JPEG decoder's rounding, which int8 models amplify.
  { scaling: "OpenCV's way", score: 0.09, overlap: 0.9 },
  // ffmpeg averages while it shrinks, which moves scores by some hundredths and edges by some pixels.
  { scaling: "ffmpeg's way", score: 0.15, overlap: 0.7 },
] as const;

async function pixels(picture: ReferencePicture, filters: readonly string[]): Promise<Uint8Array> {
  const { path } = await findFfmpeg();
  const select = picture.frame === undefined ? [] : [`select=eq(n\\,${picture.frame})`];
  const input = fileURLToPath(new URL(picture.file, data));
  const graph = [...select, ...filters, "format=rgb24"].join(",");
  const { stdout } = await promisify(execFile)(
    path,
    ["-v", "error", "-i", input, "-vf", graph, "-frames:v", "1", "-f", "rawvideo", "-"],
    { encoding: "buffer", maxBuffer: 64e6 },
  );
  return new Uint8Array(stdout);
}

/** OpenCV's `INTER_LINEAR`: two by two samples whatever the factor, none left out or averaged. */
function resizeLinear(rgb: Uint8Array, from: Size, to: Size): Uint8Array {
  const out = new Uint8Array(to.width * to.height * 3);
  const tap = (index: number, outputSide: number, inputSide: number) => {
    const at = Math.max(0, ((index + 0.5) * inputSide) / outputSide - 0.5);
    const low = Math.min(inputSide - 1, Math.floor(at));
    return { low, high: Math.min(inputSide - 1, low + 1), part: at - low };
  };
  for (let y = 0; y < to.height; y++) {
    const row = tap(y, to.height, from.height);
    for (let x = 0; x < to.width; x++) {
      const column = tap(x, to.width, from.width);
      for (let c = 0; c < 3; c++) {
        const at = (r: number, k: number) => rgb[(r * from.width + k) * 3 + c]!;
        const upper = at(row.low, column.low) * (1 - column.part) + at(row.low, column.high) * column.part;
        const lower = at(row.high, column.low) * (1 - column.part) + at(row.high, column.high) * column.part;
        out[(y * to.width + x) * 3 + c] = Math.round(upper + (lower - upper) * row.part);
      }
    }
  }
  return out;
}

/** Pixels as ffmpeg's `gbrp` holds them: all green bytes, then all blue, then all red. */
function greenBlueRedPlanes(rgb: Uint8Array): Uint8Array {
  const pixels = rgb.length / 3;
  const planes = new Uint8Array(rgb.length);
  for (const [plane, channel] of [1, 2, 0].entries()) {
    for (let i = 0; i < pixels; i++) planes[plane * pixels + i] = rgb[i * 3 + channel]!;
  }
  return planes;
}

describe.runIf(there).each(Object.keys(references.models))("%s", (name) => {
  it.each(scalings)(
    "finds what the reference finds, scaled $scaling",
    async ({ scaling, score, overlap }) => {
      const path = fileURLToPath(new URL(`models/${name}.onnx`, data));
      const detector = planDetector(describeModel(await readFile(path)), {
        confidence: references.confidence - score,
        iou: references.iou,
      });
      expect(detector.layout).toBe(layouts[name]);
      const session = await openSession(path, { providers: ["cpu"], threads: 1, batch: 1 });
      const worst = { score: 0, overlap: 1, compared: 0 };
      try {
        for (const picture of references.models[name]!) {
          const frames = createFrameDetector(detector, session, picture);
          // FastestDet's recipe is INTER_AREA, an average as ffmpeg's.
          const byOpenCv = scaling === "OpenCV's way" && detector.layout !== "fastestdet";
          const rgb = byOpenCv
            ? resizeLinear(await pixels(picture, []), picture, frames.format)
            : await pixels(picture, frames.format.filters);
          const found = await frames.detect(
            frames.format.pixelFormat === "gbrp" ? greenBlueRedPlanes(rgb) : rgb,
          );
          for (const expected of picture.detections) {
            const [match, shared] = bestMatch(expected, found);
            // Near the threshold it may be on either side of it.
            if (expected.confidence < references.confidence + score && shared < overlap) continue;
            expect(shared, `${picture.file} ${JSON.stringify(expected)}`).toBeGreaterThan(overlap);
            const away = Math.abs(match!.confidence - expected.confidence);
            expect(away, `${picture.file} ${JSON.stringify(expected)}`).toBeLessThan(score);
            worst.score = Math.max(worst.score, away);
            worst.overlap = Math.min(worst.overlap, shared);
            worst.compared++;
            if (expected.maskShareOfInput !== undefined) {
              const { width, height } = picture;
              const scale = Math.max(width, height) / detector.input.width;
              const cells = expected.maskShareOfInput * detector.input.width * detector.input.height;
              expect(maskArea(match!.mask!) / (cells * scale * scale)).toBeGreaterThan(0.9);
              expect(maskArea(match!.mask!) / (cells * scale * scale)).toBeLessThan(1.1);
            }
          }
          // Nothing sure that the reference has not.
          for (const detection of found) {
            if (detection.confidence < references.confidence + score) continue;
            const overlaps = picture.detections.map((expected) =>
              expected.classId === detection.classId ? boxIou(...expected.xyxy, ...detection.xyxy) : 0,
            );
            expect(
              Math.max(0, ...overlaps),
              `${picture.file} ${JSON.stringify(detection.xyxy)}`,
            ).toBeGreaterThan(overlap);
          }
        }
      } finally {
        await session.release();
      }
      expect(worst.compared).toBeGreaterThan(3);
      if (process.env.SIGHTLINE_VERBOSE)
        process.stderr.write(`${name} ${scaling} ${JSON.stringify(worst)}\n`);
    },
  );
});

function bestMatch(
  expected: ReferencePicture["detections"][number],
  found: readonly Detection[],
): [Detection | undefined, number] {
  let best: Detection | undefined;
  let overlap = 0;
  for (const detection of found) {
    if (detection.classId !== expected.classId) continue;
    const iou = boxIou(...expected.xyxy, ...detection.xyxy);
    if (iou > overlap) {
      overlap = iou;
      best = detection;
    }
  }
  return [best, overlap];
}

describe.skipIf(there)("real models", () => {
  it.skip("need ../shared/data beside the checkout, or SIGHTLINE_DATA", () => {});
});
