import type { MarkUpImagesProgress } from "../mark-up-images-options.js";
import type { MarkUpStreamProgress } from "../mark-up-stream-options.js";
import type { MarkUpProgress } from "../pipeline/job-results.js";

/** Where progress is shown: `process.stderr` fits. */
export interface ProgressTarget {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A bar on a terminal, a line now and then elsewhere. */
export class ProgressLine {
  readonly #target: ProgressTarget;
  #drawn = false;
  #lastPlain = 0;
  #lastShare = -1;

  constructor(target: ProgressTarget) {
    this.#target = target;
  }

  show(event: MarkUpProgress | MarkUpImagesProgress | MarkUpStreamProgress): void {
    switch (event.kind) {
      case "probed": {
        const resumed = event.resumedSegments > 0 ? `, ${event.resumedSegments} done before` : "";
        this.#line(
          `${event.frames} frames, ${event.width}x${event.height}, ${event.segments} segments${resumed}`,
        );
        return;
      }
      case "retry": {
        const what = "segment" in event ? `segment ${event.segment}` : `the group of ${event.image}`;
        this.#line(`${what} is tried again: ${event.reason}`);
        return;
      }
      case "skipped":
        this.#line(`${event.image} is skipped: ${event.reason}`);
        return;
      case "images": {
        const { imagesDone, images, imagesPerSecond } = event;
        this.#bar(
          imagesDone / images,
          `${imagesDone}/${images} pictures, ${imagesPerSecond.toFixed(1)} a second`,
        );
        return;
      }
      case "joining":
        this.#line("joining");
        return;
      case "frame":
        this.#live(event);
        return;
      case "frames":
        this.#frames(event);
    }
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.#drawn) this.#target.write("\r\u001b[K");
    this.#drawn = false;
  }

  /** A stream has no end to count towards. */
  #live({ frames, framesDropped, latenessSeconds, record }: MarkUpStreamProgress): void {
    const text = `${clock(record.ptsSeconds)}  ${frames} frames, ${framesDropped} left out, ${latenessSeconds.toFixed(2)} s late, ${record.detections.length} objects`;
    if (this.#target.isTTY === true) this.#redraw(text);
    else this.#nowAndThen(text);
  }

  #frames(event: Extract<MarkUpProgress, { kind: "frames" }>): void {
    const { framesDetected, framesRendered, frames, framesPerSecond, etaSeconds } = event;
    const passes = framesDetected > 0 && framesRendered > 0 ? 2 : 1;
    const share = frames > 0 ? Math.min(1, (framesDetected + framesRendered) / (passes * frames)) : 0;
    const eta = etaSeconds === undefined ? "" : `, ${clock(etaSeconds)} left`;
    const counts = `${Math.max(framesDetected, framesRendered)}/${frames} frames, ${framesPerSecond.toFixed(1)} frames/s${eta}`;
    this.#bar(share, counts);
  }

  #bar(share: number, counts: string): void {
    const percent = `${Math.floor(share * 100)} %`;
    if (this.#target.isTTY === true) {
      const width = 24;
      const bar = "#".repeat(Math.round(share * width)).padEnd(width, ".");
      const text = `[${bar}] ${percent}  ${counts}`;
      this.#redraw(text);
      return;
    }
    if (share === this.#lastShare) return;
    if (this.#nowAndThen(`${percent}  ${counts}`)) this.#lastShare = share;
  }

  #redraw(text: string): void {
    this.#target.write(`\r\u001b[K${text.slice(0, (this.#target.columns ?? 80) - 1)}`);
    this.#drawn = true;
  }

  /** At most one line in five seconds; answers whether it was written. */
  #nowAndThen(text: string): boolean {
    const now = performance.now();
    if (now - this.#lastPlain < 5000) return false;
    this.#lastPlain = now;
    this.#target.write(`${text}\n`);
    return true;
  }

  #line(text: string): void {
    this.clear();
    this.#target.write(`${text}\n`);
  }
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
