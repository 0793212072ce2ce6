import type { Detection } from "../detection.js";
import type { Detector, DetectorTensors } from "../detectors/detector.js";
import { type FrameGeometry, frameGeometry } from "../detectors/geometry.js";
import { inputDims } from "../detectors/input-spec.js";
import { allocateInput, packFrame } from "../detectors/pack-frame.js";
import type { FrameFormat } from "../media/decode-frames.js";
import type { ModelSession } from "./session.js";

/** A model bound to a frame size. */
export interface FrameDetector {
  /** How ffmpeg must deliver the frames: scaled to the content's size, without the padding. */
  readonly format: FrameFormat;
  /** Objects in one frame, in source pixels. */
  detect(content: Uint8Array): Promise<readonly Detection[]>;
}

/** Binds a detector and its session to frames of a size. */
export function createFrameDetector(
  detector: Detector,
  session: ModelSession,
  source: { readonly width: number; readonly height: number },
): FrameDetector {
  const spec = detector.input;
  const geometry = frameGeometry({ width: source.width, height: source.height }, spec);
  const { width, height } = geometry.content;
  // The padding is laid once, which saves carrying it through the pipe with every frame.
  const picture = new Uint8Array(spec.width * spec.height * 3).fill(spec.padValue);
  const target = allocateInput(spec);
  const feeds = {
    ...detector.extraInputs?.([geometry]),
    [spec.name]: { type: spec.dtype, dims: inputDims(spec), data: target },
  };
  return {
    format: {
      pixelFormat: "rgb24",
      width,
      height,
      filters: [`scale=${width}:${height}:flags=area`],
      byteLength: width * height * 3,
    },
    async detect(content) {
      packFrame(pad(content, picture, geometry), spec, target);
      const outputs = await session.run(feeds, detector.outputNames);
      const detections = detector.decode(outputs, geometry);
      dispose(outputs);
      return detections;
    },
  };
}

function pad(content: Uint8Array, picture: Uint8Array, geometry: FrameGeometry): Uint8Array {
  if (content.length === picture.length) return content;
  const { left, top, input, content: size } = geometry;
  if (size.width === input.width) {
    picture.set(content, top * input.width * 3);
    return picture;
  }
  const row = size.width * 3;
  for (let y = 0; y < size.height; y++) {
    picture.set(content.subarray(y * row, (y + 1) * row), ((y + top) * input.width + left) * 3);
  }
  return picture;
}

/** Outputs hold native memory until the garbage collector comes round; it is given back at once. */
function dispose(outputs: DetectorTensors): void {
  for (const tensor of Object.values(outputs)) (tensor as { dispose?: () => void }).dispose?.();
}
