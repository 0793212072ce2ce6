import { randomUUID } from "node:crypto";
import type { Endpoint } from "../endpoints/endpoint.js";
import {
  type AsyncInvocation,
  type InvokeAsyncOptions,
  invokeEndpointAsync,
  type WaitForAsyncOptions,
  waitForAsyncInvocation,
} from "../endpoints/invoke-endpoint-async.js";
import { InvalidInputError, SdkError } from "../errors.js";
import { parseS3Uri } from "../s3/s3-uri.js";
import type { Session } from "../session.js";

export interface VideoMarkupRequest {
  /** S3 URI of the video. */
  readonly input: string;
  /** S3 folder of the marked-up video and its detections. */
  readonly output: string;
  /** False processes the first 0.01 s only: a dry run of the whole way. Default true. */
  readonly isLive?: boolean;
  /** Handed to the container as they are, for example `{ confidence: 0.5 }`. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A video that is being marked up. Plain data. */
export interface VideoMarkup extends AsyncInvocation {
  readonly video: VideoMarkupRequest;
}

/** What the container says of a video it has marked up. */
export interface VideoMarkupResult {
  /** S3 URI of `<name>_output.mp4`. */
  readonly output: string;
  /** S3 URI of `<name>_detections.jsonl`, a line for each frame. */
  readonly detections: string;
  readonly frames: number;
  readonly durationSeconds: number;
  readonly framesWithDetections: number;
  readonly detectionCount: number;
  /** Seconds of work. */
  readonly seconds: number;
}

/**
 * Has an asynchronous endpoint mark up a video that lies in S3. The job description is put under
 * `inputFolder` (default `async-inputs/` in the session's bucket).
 *
 * @example
 * const job = await startVideoMarkup(session, endpoint, { input: "s3://b/in/road.mp4", output: "s3://b/out/" });
 * const { output, framesWithDetections } = await waitForVideoMarkup(session, job);
 */
export async function startVideoMarkup(
  session: Session,
  endpoint: Endpoint | string,
  request: VideoMarkupRequest,
  options: InvokeAsyncOptions = {},
): Promise<VideoMarkup> {
  checkRequest(request);
  const body = Buffer.from(JSON.stringify({ isLive: true, ...request }));
  const invocation = await invokeEndpointAsync(session, endpoint, new Uint8Array(body), {
    contentType: "application/json",
    accept: "application/json",
    // A video outlasts the service's default of 15 minutes easily.
    invocationTimeoutSeconds: 3600,
    inferenceId: randomUUID(),
    ...options,
  });
  return { ...invocation, video: request };
}

/**
 * Waits until the video is marked up.
 *
 * @throws InvocationError when the container could not, WaitTimeoutError
 */
export async function waitForVideoMarkup(
  session: Session,
  job: VideoMarkup,
  options: Omit<WaitForAsyncOptions, "maxBytes"> = {},
): Promise<VideoMarkupResult> {
  const answer = await waitForAsyncInvocation(session, job, options);
  return checkResult(answer.text(), job.outputUri);
}

function checkRequest(request: VideoMarkupRequest): void {
  const { key } = parseS3Uri(request.input, "input");
  if (key === "" || key.endsWith("/")) {
    throw new InvalidInputError(
      "input",
      "the URI of a video, not of a folder",
      request.input,
      "Start one job a video.",
    );
  }
  parseS3Uri(request.output, "output");
  if (!request.output.endsWith("/")) {
    throw new InvalidInputError(
      "output",
      "a folder, with / at its end",
      request.output,
      "The file is named by the video.",
    );
  }
}

function checkResult(text: string, uri: string): VideoMarkupResult {
  let result: unknown;
  try {
    result = JSON.parse(text);
  } catch (cause) {
    throw new SdkError(`The answer at ${uri} is no JSON: ${text.slice(0, 200)}`, { cause });
  }
  const { output, frames } = (result ?? {}) as Partial<VideoMarkupResult>;
  if (typeof output !== "string" || typeof frames !== "number") {
    throw new SdkError(`The answer at ${uri} does not describe a marked-up video: ${text.slice(0, 200)}`);
  }
  return result as VideoMarkupResult;
}
