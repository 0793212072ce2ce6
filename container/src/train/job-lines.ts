import type { FitEnd } from "./early-stopping.js";
import type { LogLine } from "./training-log.js";
import type { WithoutEffect } from "./without-effect.js";

/** What had to be assumed of a backbone, and which hyperparameters change nothing. */
export function logNotes(
  { notes }: { readonly notes: readonly string[] },
  { withoutEffect }: WithoutEffect,
  log: LogLine,
): void {
  for (const note of notes) log(`Note: ${note}.`);
  for (const [name, reason] of Object.entries(withoutEffect)) {
    log(`Hyperparameter ${name} is accepted without effect: ${reason}.`);
  }
}

/** As SageMaker's own algorithms: they need the number for their epochs; ours end with the data. */
export function warnAboutCount(
  count: number,
  { numTrainingSamples }: { readonly numTrainingSamples: number },
  log: LogLine,
): void {
  if (count === numTrainingSamples) return;
  log(
    `Warning: num_training_samples is ${numTrainingSamples}, but channel train holds ${count} pictures; all ${count} are used.`,
  );
}

/** @param what a class has none of, "picture" or "box" */
export function warnAboutClasses(
  what: string,
  seen: ReadonlySet<number>,
  { numClasses }: { readonly numClasses: number },
  log: LogLine,
): void {
  const missing = Array.from({ length: numClasses }, (_, i) => i).filter((id) => !seen.has(id));
  if (missing.length > 0) log(`Warning: channel train has no ${what} of class ${missing.join(", ")}.`);
}

/** Says why the epochs ended before the last. */
export function logEnd(end: FitEnd, epochs: number, log: LogLine): void {
  if (end === "early-stopping") log(`Early stopping after epoch ${epochs - 1}.`);
  if (end === "stopped") log(`Stopped in epoch ${epochs}; keeping the best epoch that ended.`);
}

/** Milliseconds between two lines on how far the reading of a channel is. */
const PROGRESS_EVERY_MS = 5000;

/**
 * Reads a channel, and logs how far it is and how long it took.
 *
 * @param what begins each line, such as "Features of channel train"
 * @param describe how many pictures were read, and what else there is to tell
 */
export async function loggedReading<Found>(
  what: string,
  log: LogLine,
  read: (onProgress: (done: number) => void) => Promise<Found>,
  describe: (found: Found) => readonly [pictures: number, more: string],
): Promise<Found> {
  const started = performance.now();
  let told = started;
  const found = await read((done) => {
    if (performance.now() - told < PROGRESS_EVERY_MS) return;
    told = performance.now();
    log(`${what}: ${done} pictures`);
  });
  const seconds = (performance.now() - started) / 1000;
  const [pictures, more] = describe(found);
  const rate = (pictures / seconds).toFixed(1);
  log(`${what}: ${pictures} pictures, ${more}, ${seconds.toFixed(2)} s (${rate} samples/sec)`);
  return found;
}
