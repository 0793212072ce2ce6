import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeModel } from "@sightline/onnx";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildPotholeDetector } from "./build-pothole-detector.js";
import { drawRoadFrame, type PotholeBox } from "./road-frame.js";
import { roadWorld } from "./road-world.js";

// Set before the runtime is loaded: it reports usage otherwise.
process.env.ORT_DISABLE_TELEMETRY = "1";
const { InferenceSession, Tensor } = await import("onnxruntime-node");

const scratch = mkdtempSync(join(tmpdir(), "sightline-detector-"));
let path: string;
beforeAll(async () => {
  ({ path } = await buildPotholeDetector(join(scratch, "potholes.onnx")));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The drawn frame, halved and put into the middle of the input. */
function inputOf(rgb: Uint8Array): Float32Array {
  const input = new Float32Array(3 * 192 * 320).fill(114 / 255);
  for (let plane = 0; plane < 3; plane++)
    for (let y = 0; y < 180; y++)
      for (let x = 0; x < 320; x++) {
        const at = (y * 2 * 640 + x * 2) * 3 + plane;
        const sum = rgb[at]! + rgb[at + 3]! + rgb[at + 1920]! + rgb[at + 1923]!;
        input[(plane * 192 + y + 6) * 320 + x] = sum / 4 / 255;
      }
  return input;
}

/** Boxes of a score of 0.5 or more in the drawn frame's pixels, each once. */
function boxesOf(output: Float32Array): number[][] {
  const count = output.length / 5;
  const found = new Map<string, number[]>();
  for (let at = 0; at < count; at++) {
    if (output[4 * count + at]! < 0.5) continue;
    const [x, y, width, height] = [0, 1, 2, 3].map((row) => output[row * count + at]!) as [
      number,
      number,
      number,
      number,
    ];
    const box = [x - width / 2, y - 6 - height / 2, x + width / 2, y - 6 + height / 2].map(
      (value) => value * 2,
    );
    found.set(box.join(), box);
  }
  return [...found.values()];
}

function overlap(a: readonly number[], b: readonly number[]): number {
  const width = Math.max(0, Math.min(a[2]!, b[2]!) - Math.max(a[0]!, b[0]!));
  const height = Math.max(0, Math.min(a[3]!, b[3]!) - Math.max(a[1]!, b[1]!));
  const area = (box: readonly number[]) => (box[2]! - box[0]!) * (box[3]! - box[1]!);
  return (width * height) / (area(a) + area(b) - width * height);
}

it("finds the near potholes of drawn frames from their pixels, and nothing else", async () => {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1 });
  let near = 0;
  let found = 0;
  let claimed = 0;
  let right = 0;
  for (const seed of [1, 2]) {
    const world = roadWorld(8, seed);
    for (let seconds = 0.2; seconds < 8; seconds += 0.8) {
      const rgb = new Uint8Array(640 * 360 * 3);
      const truth: PotholeBox[] = drawRoadFrame(
        rgb,
        { width: 640, height: 360 },
        world,
        seconds * world.speedMetresPerSecond,
      );
      const { output0 } = await session.run({
        images: new Tensor("float32", inputOf(rgb), [1, 3, 192, 320]),
      });
      const boxes = boxesOf(output0!.data as Float32Array);
      const matches = (box: readonly number[]) => (other: readonly number[]) => overlap(box, other) >= 0.5;
      near += truth.filter(({ distant }) => !distant).length;
      found += truth.filter(({ distant, xyxy }) => !distant && boxes.some(matches(xyxy))).length;
      claimed += boxes.length;
      right += boxes.filter((box) => truth.some(({ xyxy }) => matches(box)(xyxy))).length;
    }
  }
  await session.release();
  expect(near).toBeGreaterThan(10);
  expect(found / near).toBeGreaterThanOrEqual(0.9);
  expect(right / claimed).toBeGreaterThanOrEqual(0.9);
});

it("finds nothing in a picture without a road", async () => {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1 });
  const grey = new Float32Array(3 * 192 * 320).fill(0.6);
  const { output0 } = await session.run({ images: new Tensor("float32", grey, [1, 3, 192, 320]) });
  await session.release();
  expect(boxesOf(output0!.data as Float32Array)).toEqual([]);
});

it("says in the file what it is: YOLOv8's layout, one class, synthetic", () => {
  const { inputs, outputs, metadata } = describeModel(readFileSync(path));
  expect(inputs).toEqual([{ name: "images", elemType: "float32", shape: [1, 3, 192, 320] }]);
  expect(outputs).toEqual([{ name: "output0", elemType: "float32", shape: [1, 5, 61_440] }]);
  expect(metadata).toMatchObject({ task: "detect", names: "{0: 'pothole'}", synthetic: "true" });
});
