import type { PackProgress } from "../pack/pack-options.js";
import type { CliIO } from "./command.js";

/** Shows how far packing is: one line drawn over on a terminal, else a line every few seconds. */
export function progressLine(
  io: CliIO,
  everyMs = 5000,
): { show: (progress: PackProgress) => void; end: () => void } {
  const started = performance.now();
  let last = io.terminal ? Number.NEGATIVE_INFINITY : started;
  let drawn = false;
  return {
    show(progress) {
      const now = performance.now();
      if (now - last < (io.terminal ? 100 : everyMs)) return;
      last = now;
      const rate = progress.done / Math.max(0.001, (now - started) / 1000);
      const left = rate > 0 ? (progress.total - progress.done) / rate : 0;
      const text = `${progress.done} of ${progress.total} images, ${rate.toFixed(0)} images/s, ${left.toFixed(0)} s left`;
      io.err(io.terminal ? `\r${text}\u001b[K` : `${text}\n`);
      drawn = io.terminal;
    },
    end() {
      if (drawn) io.err("\r\u001b[K");
    },
  };
}
