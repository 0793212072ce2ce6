import { basename } from "node:path";
import { isRecord } from "../shared/read-json.js";
import { RequestError } from "./request-error.js";
import { parseS3, type S3Location } from "./s3-location.js";

/** A checked job: one video of a bucket to mark up. */
export interface VideoJob {
  readonly input: S3Location;
  /** Where the marked-up video goes. */
  readonly video: S3Location;
  /** Where the detections go, one JSON line a frame. */
  readonly detections: S3Location;
  readonly options: VideoJobOptions;
}

/** What a caller may choose for one job; the model and all paths are the endpoint's own. */
export interface VideoJobOptions {
  readonly confidence?: number;
  readonly iou?: number;
  readonly maxDetections?: number;
  readonly stride?: number;
  readonly maxSeconds?: number;
  readonly classes?: readonly (string | number)[];
  readonly annotate?: readonly string[] | Readonly<Record<string, unknown>>;
}

/** Seconds of video of a dry run (`isLive: false`): the first frame. */
const DRY_RUN_SECONDS = 0.01;

/**
 * Checks a job's JSON: `{"input": "s3://b/k.mp4", "output": "s3://b/prefix/", "isLive": true, "options": {...}}`.
 * The video goes to `<output><name>_output.mp4`, the detections to `<output><name>_detections.jsonl`.
 *
 * @throws RequestError 400 for a wrong field, 403 for a location outside `allowed`
 */
export function parseVideoJob(body: Uint8Array, allowed: readonly string[] | undefined): VideoJob {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (cause) {
    throw new RequestError(400, "InvalidJob", "The body is not valid JSON.", { cause });
  }
  if (!isRecord(value)) throw wrong(`the body must be an object {"input", "output", "isLive", "options"}`);
  const unknown = Object.keys(value).filter(
    (name) => !["input", "output", "isLive", "options"].includes(name),
  );
  if (unknown.length > 0)
    throw wrong(`"${unknown[0]}" is not known; known are input, output, isLive and options`);
  const input = parseS3(value.input, "input", allowed);
  if (input.key === "" || input.key.endsWith("/")) throw wrong(`"input" must name one video, not a prefix`);
  const output = parseS3(value.output, "output", allowed);
  const prefix = output.key === "" || output.key.endsWith("/") ? output.key : `${output.key}/`;
  const name = basename(input.key).replace(/\.[^.]+$/, "") || "video";
  if (value.isLive !== undefined && typeof value.isLive !== "boolean")
    throw wrong(`"isLive" must be true or false`);
  const options = parseVideoOptions(value.options);
  return {
    input,
    // Both names differ from the input's whatever it is called: an output never overwrites its source.
    video: { bucket: output.bucket, key: `${prefix}${name}_output.mp4` },
    detections: { bucket: output.bucket, key: `${prefix}${name}_detections.jsonl` },
    options: value.isLive === false ? { ...options, maxSeconds: DRY_RUN_SECONDS } : options,
  };
}

/** Checks the `options` of a job or of a manifest. Throws `RequestError` 400. */
export function parseVideoOptions(value: unknown): VideoJobOptions {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw wrong(`"options" must be an object`);
  for (const [name, item] of Object.entries(value)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
    if (!check) throw wrong(`"options.${name}" is not known; known are ${Object.keys(CHECKS).join(", ")}`);
    const problem = check(item);
    if (problem) throw wrong(`"options.${name}" must be ${problem}, not ${JSON.stringify(item)}`);
  }
  return value as VideoJobOptions;
}

type Check = (value: unknown) => string | undefined;

const fraction: Check = (value) =>
  typeof value === "number" && value >= 0 && value <= 1 ? undefined : "a number of 0 to 1";
const count =
  (max: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max
      ? undefined
      : `an integer of 1 to ${max}`;

const CHECKS: Readonly<Record<string, Check>> = {
  confidence: fraction,
  iou: fraction,
  maxDetections: count(10_000),
  stride: count(1000),
  maxSeconds: (value) =>
    typeof value === "number" && value > 0 && Number.isFinite(value) ? undefined : "seconds above 0",
  classes: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "string" || Number.isInteger(item))
      ? undefined
      : "an array of class names or ids",
  annotate: (value) =>
    isRecord(value) || (Array.isArray(value) && value.every((item) => typeof item === "string"))
      ? undefined
      : "an array of names of what to draw, or a style object",
};

function wrong(message: string): RequestError {
  return new RequestError(400, "InvalidJob", `The job is wrong: ${message}.`);
}
