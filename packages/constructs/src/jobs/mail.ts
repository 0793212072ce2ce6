import type { VideoJobRecord } from "./video-job.js";

/** A mail in plain text. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** What is written to whoever sent a video when it is done or has failed. */
export function mailOf(job: VideoJobRecord, linkUrl: string, linkEndsAt: number): Mail {
  const { name, state, result, reason } = job;
  if (state !== "done" || result === undefined) {
    return {
      subject: `Not marked up: ${shown(name)}`,
      text: `${shown(name)} could not be marked up.\n\n${reason ?? "No reason was given."}\n`,
    };
  }
  const { frames, durationSeconds, detectionCount, framesWithDetections, warnings } = result;
  return {
    subject: `Marked up: ${shown(name)}`,
    text: [
      `${shown(name)} is marked up: ${frames} frames, ${durationSeconds.toFixed(1)} s.`,
      `${detectionCount} detections on ${framesWithDetections} frames.`,
      ...warnings,
      "",
      `The video: ${linkUrl}`,
      `This link needs no sign-in and ends on ${new Date(linkEndsAt).toUTCString()}.`,
      "",
    ].join("\n"),
  };
}

/** A file's name comes from anybody: no line of its own, and not longer than a subject may be. */
function shown(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a header must not have
  return name.replaceAll(/[\u0000-\u001f\u007f]/g, " ").slice(0, 200);
}
