import { clock, type ProgressLine } from "@sightline/foundation/progress-line";
import type { MarkUpImagesProgress } from "../mark-up-images-options.js";
import type { MarkUpStreamProgress } from "../mark-up-stream-options.js";
import type { MarkUpProgress, VideoFrames } from "../pipeline/job-results.js";

/** Shows an event of any job. */
export function showProgress(
  line: ProgressLine,
  event: MarkUpProgress | MarkUpImagesProgress | MarkUpStreamProgress,
): void {
  switch (event.kind) {
    case "probed": {
      const resumed = event.resumedSegments > 0 ? `, ${event.resumedSegments} done before` : "";
      const { frames, width, height, segments } = event;
      line.note(`${frames} frames, ${width}x${height}, ${segments} segments${resumed}`);
      break;
    }
    case "retry": {
      const what = "segment" in event ? `segment ${event.segment}` : `the group of ${event.image}`;
      line.note(`${what} is tried again: ${event.reason}`);
      break;
    }
    case "skipped":
      line.note(`${event.image} is skipped: ${event.reason}`);
      break;
    case "images": {
      const { imagesDone, images, imagesPerSecond } = event;
      const speed = `${imagesPerSecond.toFixed(1)} a second`;
      line.show(`${imagesDone}/${images} pictures, ${speed}`, imagesDone / images);
      break;
    }
    case "joining":
      line.note("joining");
      break;
    case "frame":
      line.show(liveText(event));
      break;
    case "frames":
      showFrames(line, event);
  }
}

/** A stream has no end to count towards. */
function liveText({ frames, framesDropped, latenessSeconds, record }: MarkUpStreamProgress): string {
  const late = `${latenessSeconds.toFixed(2)} s late`;
  return `${clock(record.ptsSeconds)}  ${frames} frames, ${framesDropped} left out, ${late}, ${record.detections.length} objects`;
}

function showFrames(line: ProgressLine, event: VideoFrames): void {
  const { framesDetected, framesRendered, frames, framesPerSecond, etaSeconds } = event;
  const passes = framesDetected > 0 && framesRendered > 0 ? 2 : 1;
  const share = frames > 0 ? (framesDetected + framesRendered) / (passes * frames) : 0;
  const eta = etaSeconds === undefined ? "" : `, ${clock(etaSeconds)} left`;
  const done = Math.max(framesDetected, framesRendered);
  line.show(`${done}/${frames} frames, ${framesPerSecond.toFixed(1)} frames/s${eta}`, share);
}
