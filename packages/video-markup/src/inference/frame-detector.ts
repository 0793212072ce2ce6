import type { Detection } from "../detection.js";
import type { Detector } from "../detectors/detector.js";
import { frameGeometry } from "../detectors/geometry.js";
import { inputDims } from "../detectors/input-spec.js";
import type { FrameFormat } from "../media/decode-frames.js";
import { roundDetection } from "../records/round-detection.js";
import { createContentPacker } from "./content-packer.js";
import type { ModelSession } from "./session.js";

/** A model bound to a frame size. */
export interface FrameDetector {
  /** How ffmpeg must deliver the frames: scaled to the content's size, without the padding. */
  readonly format: FrameFormat;
  /** Objects in one frame, in source pixels. */
  detect(content: Uint8Array): Promise<readonly Detection[]>;
  /** To be called after the last frame: tasks that share the model wait for this one's frames no longer. */
  leave(): void;
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
  const packer = createContentPacker(spec, geometry);
  const feeds = {
    ...detector.extraInputs?.([geometry]),
    [spec.name]: { type: spec.dtype, dims: inputDims(spec), data: packer.target },
  };
  const model = session.bind(feeds, detector.outputNames);
  return {
    format: {
      pixelFormat: packer.pixelFormat,
      width,
      height,
      filters: [`scale=${width}:${height}:flags=area`],
      byteLength: width * height * 3,
    },
    async detect(content) {
      packer.pack(content);
      const { outputs, batchIndex, release } = await model.run();
      const detections = detector.decode(outputs, geometry, batchIndex).map(roundDetection);
      release();
      return detections;
    },
    leave: () => model.leave(),
  };
}
