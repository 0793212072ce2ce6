import type { CliIO } from "@sightline/foundation/command-line";
import type { LongWork } from "@sightline/foundation/long-work";
import { clock, ProgressLine, progressTarget } from "@sightline/foundation/progress-line";
import type { PackEvent, PackNote, PackResult } from "../pack/pack-options.js";

/**
 * Shows on stderr how far packing is.
 *
 * @param onProblem called for each image that cannot be packed, with a way to write a line that stays
 */
export async function showPacking(
  io: CliIO,
  packing: LongWork<PackEvent, PackResult>,
  onProblem: (note: PackNote, write: (line: string) => void) => void,
): Promise<PackResult> {
  const line = new ProgressLine(progressTarget(io));
  const started = performance.now();
  try {
    for await (const event of packing) {
      if (event.kind === "problem") onProblem(event.note, (text) => line.note(text));
      if (event.kind !== "progress") continue;
      const { done, total } = event;
      const rate = done / Math.max(0.001, (performance.now() - started) / 1000);
      const left = clock(rate > 0 ? (total - done) / rate : 0);
      line.show(`${done} of ${total} images, ${rate.toFixed(0)} images/s, ${left} left`, done / total);
    }
  } finally {
    line.clear();
  }
  return await packing;
}
