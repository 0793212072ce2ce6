import type { Segment } from "../media/plan-segments.js";
import type { MarkUpProgress } from "./job-results.js";

/** Adds up the frames of all segments and tells them. */
export class Progress {
  readonly #detected = new Map<number, number>();
  readonly #rendered = new Map<number, number>();
  readonly #frames: number;
  readonly #passes: number;
  readonly #say: (event: MarkUpProgress) => void;
  readonly #started = performance.now();
  /** Frame passes found done from an earlier run: no measure of this one's speed. */
  #head = 0;

  /** @param passes 1 when frames are only detected or only rendered, 2 when both */
  constructor(segments: readonly Segment[], passes: 1 | 2, tell: (event: MarkUpProgress) => void) {
    this.#frames = segments.reduce((sum, { frames }) => sum + frames, 0);
    this.#passes = passes;
    this.#say = tell;
  }

  /** Frames of the segments in all. */
  get frames(): number {
    return this.#frames;
  }

  /** Frames of a segment that have been through the model so far. */
  detected(segment: Segment, frames: number, earlierRun = false): void {
    this.#detected.set(segment.index, frames);
    if (earlierRun) this.#head += frames;
    this.#tell();
  }

  /** Frames of a segment that have been drawn and encoded so far. */
  rendered(segment: Segment, frames: number, earlierRun = false): void {
    this.#rendered.set(segment.index, frames);
    if (earlierRun) this.#head += frames;
    this.#tell();
  }

  #tell(): void {
    const total = (counts: ReadonlyMap<number, number>) => {
      let sum = 0;
      for (const frames of counts.values()) sum += frames;
      return sum;
    };
    const framesDetected = total(this.#detected);
    const framesRendered = total(this.#rendered);
    const seconds = (performance.now() - this.#started) / 1000;
    const done = framesDetected + framesRendered;
    const rate = seconds > 0 ? (done - this.#head) / seconds / this.#passes : 0;
    this.#say({
      kind: "frames",
      framesDetected,
      framesRendered,
      frames: this.#frames,
      framesPerSecond: rate,
      etaSeconds: rate > 0 ? (this.#frames - done / this.#passes) / rate : undefined,
    });
  }
}
