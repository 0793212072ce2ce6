import type { VideoJobProgress } from "@sightline/contract/video-job";
import { messageOf } from "../shared/errors.js";
import type { ObjectStore } from "./object-store.js";
import type { PlannedVideoJob } from "./video-job.js";

/** Milliseconds between two words on how far a video is. */
const PROGRESS_MS = 3000;

/**
 * Tells how far a video is, at most every few seconds. A place that cannot be written to is told to the log once: the
 * video goes on.
 */
export function tellProgress(
  to: PlannedVideoJob["progress"],
  store: ObjectStore,
  log: (message: string) => void,
  signal: AbortSignal,
): (progress: VideoJobProgress) => Promise<void> {
  let next = 0;
  return async (progress) => {
    if (to === undefined || performance.now() < next) return;
    next = performance.now() + PROGRESS_MS;
    await store.write(progress, to, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      log(`The progress is not told: ${messageOf(error)}`);
      next = Number.POSITIVE_INFINITY;
    });
  };
}
