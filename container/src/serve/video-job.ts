import type { S3Location } from "@sightline/contract/s3-location";
import { readVideoJob, videoStem } from "@sightline/contract/video-job";
import type { VideoOptions } from "@sightline/contract/video-options";
import { RequestError } from "./request-error.js";
import { parseS3 } from "./s3-location.js";

/** A checked job: one video of a bucket to mark up. */
export interface PlannedVideoJob {
  readonly input: S3Location;
  /** Where the marked-up video goes. */
  readonly video: S3Location;
  /** Where the detections go, one JSON line a frame. */
  readonly detections: S3Location;
  readonly options: VideoOptions;
  /** Where to tell how far it is. */
  readonly progress?: S3Location;
}

/** Seconds of video of a dry run (`isLive: false`): the first frame. */
const DRY_RUN_SECONDS = 0.01;

/**
 * Checks a job's JSON: `{"input": "s3://b/k.mp4", "output": "s3://b/prefix/", "isLive": true, "options": {...}}`.
 * The video goes to `<output><name>_output.mp4`, the detections to `<output><name>_detections.jsonl`.
 *
 * @throws RequestError 400 for a wrong field, 403 for a location outside `allowed`
 */
export function parseVideoJob(body: Uint8Array, allowed: readonly string[] | undefined): PlannedVideoJob {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (cause) {
    throw new RequestError(400, "InvalidJob", "The body is not valid JSON.", { cause });
  }
  const job = readVideoJob(value, ({ type, message }) => {
    throw new RequestError(400, type === "s3" ? "InvalidLocation" : "InvalidJob", message);
  });
  const input = parseS3(job.input, "input", allowed);
  const output = parseS3(job.output, "output", allowed);
  const prefix = output.key === "" || output.key.endsWith("/") ? output.key : `${output.key}/`;
  const name = videoStem(input.key);
  const { isLive = true, options = {} } = job;
  const progress = job.progress === undefined ? {} : { progress: parseS3(job.progress, "progress", allowed) };
  return {
    input,
    // Both names differ from the input's whatever it is called: an output never overwrites its source.
    video: { bucket: output.bucket, key: `${prefix}${name}_output.mp4` },
    detections: { bucket: output.bucket, key: `${prefix}${name}_detections.jsonl` },
    ...progress,
    options: isLive ? options : { ...options, maxSeconds: DRY_RUN_SECONDS },
  };
}
