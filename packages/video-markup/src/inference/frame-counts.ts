import type { FrameDetections } from "../detection.js";
import type { DecodingFault } from "../media/decode-frames.js";

/** What a decoder could not do in a stretch of a video. */
export interface SourceFaults {
  /** Packets that gave no frame. */
  readonly undecodable: number;
  /** Frames in which the decoder has filled what was missing. */
  readonly damaged: number;
  /** About when the first fault shows, in seconds of the output. */
  readonly fromSeconds: number;
  /** About when the last fault shows, in seconds of the output. */
  readonly toSeconds: number;
}

/** What a task has counted. */
export interface FrameTotals {
  /** Frames worked on. */
  readonly frames: number;
  /** Frames in which something was found. */
  readonly framesWithDetections: number;
  /** Objects found in all frames. */
  readonly detectionCount: number;
  /** Undefined where the source is whole. */
  readonly faults?: SourceFaults;
}

/** Counts frames, what was found in them, and what could not be decoded. */
export class FrameCounts {
  frames = 0;
  #framesWithDetections = 0;
  #detectionCount = 0;
  #lastSeconds: number;
  #faults: SourceFaults | undefined;

  /** @param startSeconds when the first frame shows */
  constructor(startSeconds = 0) {
    this.#lastSeconds = startSeconds;
  }

  /** One more frame. */
  add({ detections, ptsSeconds }: Pick<FrameDetections, "detections" | "ptsSeconds">): void {
    this.frames++;
    this.#lastSeconds = ptsSeconds;
    this.#detectionCount += detections.length;
    if (detections.length > 0) this.#framesWithDetections++;
  }

  /** Something could not be decoded as it should be, near `seconds` or, where that is not known, the last frame. */
  addFault(fault: DecodingFault, seconds: number | undefined): void {
    const at = seconds ?? this.#lastSeconds;
    const one = { undecodable: 0, damaged: 0, fromSeconds: at, toSeconds: at, [fault]: 1 };
    this.#faults = join(this.#faults, one);
  }

  /** As plain data. */
  totals(): FrameTotals {
    return {
      frames: this.frames,
      framesWithDetections: this.#framesWithDetections,
      detectionCount: this.#detectionCount,
      ...(this.#faults && { faults: this.#faults }),
    };
  }
}

/** The faults of stretches that follow each other. */
export function sumFaults(
  stretches: readonly { readonly faults?: SourceFaults }[],
): SourceFaults | undefined {
  return stretches.reduce<SourceFaults | undefined>((sum, { faults }) => join(sum, faults), undefined);
}

function join(first?: SourceFaults, second?: SourceFaults): SourceFaults | undefined {
  if (!first || !second) return first ?? second;
  return {
    undecodable: first.undecodable + second.undecodable,
    damaged: first.damaged + second.damaged,
    fromSeconds: first.fromSeconds,
    toSeconds: second.toSeconds,
  };
}
