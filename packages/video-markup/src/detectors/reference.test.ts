import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Detection, Size } from "../detection.js";
import type { DetectorLayout, DetectorOptions, DetectorTensors, ModelDescription } from "./detector.js";
import { frameGeometry } from "./geometry.js";
import { decodeMask } from "./masks.js";
import { boxIou } from "./nms.js";
import { planDetector } from "./plan-detector.js";

/**
 * References written by the scripts beside them: raw outputs of a real export with random weights, and what
 * the framework's own post-processing makes of them.
 */
interface Reference {
  readonly model: ModelDescription;
  readonly source: Size;
  readonly inputSize: Size;
  readonly options: DetectorOptions;
  readonly outputs: Readonly<Record<string, { type: string; dims: number[]; base64: string }>>;
  readonly expected: readonly Expected[];
}

interface Expected {
  readonly classId: number;
  readonly confidence: number;
  readonly xyxy: [number, number, number, number];
  /** Runs over the whole input, letterbox included, or over the source frame. */
  readonly mask?: number[];
  readonly maskSize?: Size;
  readonly keypoints?: number[][];
  readonly xywhr?: number[];
}

const folder = new URL("../../test/fixtures/detectors/", import.meta.url);

/** The layout that each reference must be recognised as. */
const layouts: Readonly<Record<string, DetectorLayout>> = {
  yolov8: "yolov8",
  "yolov8-dynamic": "yolov8",
  "yolov8-float16": "yolov8",
  "yolov8-seg": "yolov8-seg",
  "yolov8-pose": "yolov8-pose",
  "yolov8-obb": "yolov8-obb",
  "yolov8-nms": "yolo-nms-free",
  "yolov8-seg-nms": "yolo-nms-free-seg",
  "yolov8-pose-nms": "yolo-nms-free-pose",
  "yolov8-obb-nms": "yolo-nms-free-obb",
  yolov5u: "yolov8",
  yolov9: "yolov8",
  yolo11: "yolov8",
  "yolo11-seg": "yolov8-seg",
  yolo12: "yolov8",
  yolov10: "yolo-nms-free",
  yolo26: "yolo-nms-free",
  "yolo26-seg": "yolo-nms-free-seg",
  "yolo26-pose": "yolo-nms-free-pose",
  "yolo26-obb": "yolo-nms-free-obb",
  "yolo26-raw": "yolov8",
  "rt-detr-ultralytics": "rt-detr-ultralytics",
  "rt-detr-hf": "rt-detr-hf",
  "rt-detr-v2-hf": "rt-detr-hf",
  detr: "detr",
  "rf-detr": "rf-detr",
  yolov5: "yolov5",
  "torchvision-faster-rcnn": "faster-rcnn-torchvision",
  "torchvision-retinanet": "faster-rcnn-torchvision",
  "torchvision-mask-rcnn": "mask-rcnn-torchvision",
  "mask-rcnn-box-masks": "mask-rcnn-zoo",
};

const names = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.replace(".json", ""));

function arrayOf(type: string, bytes: Buffer): ArrayLike<number> | BigInt64Array {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  if (type === "float32") return new Float32Array(buffer);
  if (type === "float16") return new Uint16Array(buffer);
  if (type === "int64") return new BigInt64Array(buffer);
  throw new TypeError(`The fixture has an output of type ${type}.`);
}

function readReference(name: string): { reference: Reference; outputs: DetectorTensors } {
  const reference = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Reference;
  const outputs = Object.fromEntries(
    Object.entries(reference.outputs).map(([output, { type, dims, base64 }]) => [
      output,
      { type, dims, data: arrayOf(type, Buffer.from(base64, "base64")) },
    ]),
  );
  // Boxes that lie outside the frame are dropped here; not every framework does.
  const { width, height } = reference.source;
  const expected = reference.expected.filter(({ xyxy: [x1, y1, x2, y2] }) => {
    return Math.min(width, x2) > Math.max(0, x1) && Math.min(height, y2) > Math.max(0, y1);
  });
  return { reference: { ...reference, expected }, outputs };
}

describe.each(names)("%s", (name) => {
  const { reference, outputs } = readReference(name);
  const detector = planDetector(reference.model, {
    ...reference.options,
    inputSize: reference.inputSize,
    source: reference.source,
  });
  const geometry = frameGeometry(reference.source, detector.input);
  const detections = detector.decode(outputs, geometry);

  const { width, height } = reference.source;
  const distance = (found: Detection, expected: Expected) =>
    Math.max(
      ...expected.xyxy.map((value, edge) => {
        // Some frameworks leave boxes unclipped.
        const inside = Math.max(0, Math.min(edge % 2 === 0 ? width : height, value));
        return Math.abs(found.xyxy[edge]! - inside);
      }),
    );
  /** The detection of the same class nearest to the expected box and score. */
  const counterpart = (expected: Expected) => {
    const away = (found: Detection) =>
      distance(found, expected) + 1000 * Math.abs(found.confidence - expected.confidence);
    const same = detections.filter(({ classId }) => classId === expected.classId);
    expect(same, `detections of class ${expected.classId}`).not.toHaveLength(0);
    return same.reduce((nearest, found) => (away(found) < away(nearest) ? found : nearest));
  };

  it("is recognised by metadata, names and shapes", () => {
    expect(detector.layout).toBe(layouts[name]);
    expect(detector.input.name).toBe(reference.model.inputs[0]!.name);
  });

  it("gives the framework's own detections, best first", () => {
    expect(reference.expected.length).toBeGreaterThan(1);
    // Half-precision outputs carry about three digits.
    const tolerance = name.includes("float16") ? 0.15 : 0.01;
    expect(detections).toHaveLength(reference.expected.length);
    for (const [i, expected] of reference.expected.entries()) {
      const found = counterpart(expected);
      expect(found.confidence).toBeCloseTo(expected.confidence, 4);
      // The order is that of the scores; equal ones may change places.
      expect(detections[i]!.confidence).toBeCloseTo(expected.confidence, 4);
      expect(distance(found, expected), `box of detection ${i}`).toBeLessThan(tolerance);
    }
  });

  if (reference.expected[0]?.mask) {
    it("gives the framework's own masks but for border cells", () => {
      for (const [i, expected] of reference.expected.entries()) {
        const size = expected.maskSize ?? reference.inputSize;
        const whole = wholeMask(counterpart(expected), reference, geometry, size);
        const other = decodeMask({ xyxy: [0, 0, 1, 1], ...size, runs: expected.mask! });
        let both = 0;
        let either = 0;
        for (const [at, inside] of whole.entries()) {
          // Ours end where the frame ends; the framework's go on into the letterbox.
          if (!inContent(at, size, reference, geometry)) continue;
          both += inside & other[at]!;
          either += inside | other[at]!;
        }
        expect(both / Math.max(1, either), `overlap of mask ${i} (${either} cells)`).toBeGreaterThan(0.97);
      }
    });
  }

  if (reference.expected[0]?.keypoints) {
    it("gives the framework's own keypoints", () => {
      for (const expected of reference.expected) {
        const points = counterpart(expected).keypoints!.map(({ x, y, confidence }) => [x, y, confidence]);
        expect(points).toHaveLength(expected.keypoints!.length);
        for (const [k, point] of expected.keypoints!.entries()) {
          for (const [part, value] of point.entries()) expect(points[k]![part]).toBeCloseTo(value, 2);
        }
      }
    });
  }

  if (reference.expected[0]?.xywhr) {
    it("gives the framework's own rotated boxes", () => {
      for (const expected of reference.expected) {
        const box = counterpart(expected).orientedBox!;
        const found = [box.centerX, box.centerY, box.width, box.height, box.angle];
        for (const [part, value] of expected.xywhr!.entries()) expect(found[part]).toBeCloseTo(value, 2);
      }
    });
  }
});

function inContent(
  at: number,
  size: Size,
  reference: Reference,
  geometry: ReturnType<typeof frameGeometry>,
): boolean {
  if (size.width !== reference.inputSize.width || size.height !== reference.inputSize.height) return true;
  const x = (at % size.width) - geometry.left;
  const y = Math.floor(at / size.width) - geometry.top;
  return x >= 0 && y >= 0 && x < geometry.content.width && y < geometry.content.height;
}

/** A detection's mask on a bitmap of the whole input (or, for frame-sized references, of the frame). */
function wholeMask(
  { mask }: Detection,
  reference: Reference,
  geometry: ReturnType<typeof frameGeometry>,
  size: Size,
): Uint8Array {
  const whole = new Uint8Array(size.width * size.height);
  if (!mask) return whole;
  const bitmap = decodeMask(mask);
  const onInput = size.width === reference.inputSize.width && size.height === reference.inputSize.height;
  const scaleX = onInput ? geometry.content.width / geometry.source.width : 1;
  const scaleY = onInput ? geometry.content.height / geometry.source.height : 1;
  const left = onInput ? geometry.left : 0;
  const top = onInput ? geometry.top : 0;
  const [x1, y1, x2, y2] = mask.xyxy;
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const sx = (x + 0.5 - left) / scaleX;
      const sy = (y + 0.5 - top) / scaleY;
      if (sx < x1 || sx >= x2 || sy < y1 || sy >= y2) continue;
      const column = Math.floor(((sx - x1) / (x2 - x1)) * mask.width);
      const row = Math.floor(((sy - y1) / (y2 - y1)) * mask.height);
      whole[y * size.width + x] = bitmap[row * mask.width + column]!;
    }
  }
  return whole;
}

describe("references", () => {
  it("are all there", () => {
    expect(names.sort()).toEqual(Object.keys(layouts).sort());
  });

  it("hold boxes that overlap, so that NMS is tried", () => {
    const { reference } = readReference("yolo26-raw");
    const overlaps = reference.expected.flatMap((a, i) =>
      reference.expected.slice(0, i).map((b) => boxIou(...a.xyxy, ...b.xyxy)),
    );
    expect(Math.max(...overlaps)).toBeGreaterThan(0.3);
  });
});
