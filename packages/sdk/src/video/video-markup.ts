import { randomUUID } from "node:crypto";
import { readVideoJob, type VideoJob, type VideoJobResult } from "@sightline/contract/video-job";
import { refuse } from "../checks/refuse.js";
import type { Endpoint } from "../endpoints/endpoint.js";
import {
  type AsyncInvocation,
  type InvokeAsyncOptions,
  invokeEndpointAsync,
  type WaitForAsyncOptions,
  waitForAsyncInvocation,
} from "../endpoints/invoke-endpoint-async.js";
import { SdkError } from "../errors.js";
import type { Session } from "../session.js";

/** One video in S3 to mark up. */
export type VideoMarkupRequest = VideoJob;

/** A video that is being marked up. Plain data. */
export interface VideoMarkup extends AsyncInvocation {
  readonly video: VideoMarkupRequest;
}

/** What the container says of a video it has marked up. */
export type VideoMarkupResult = VideoJobResult;

/**
 * Has an asynchronous endpoint mark up a video that lies in S3. The job description is put under
 * `inputFolder` (default `async-inputs/` in the session's bucket).
 *
 * @throws InvalidInputError for what the container would refuse, in its words
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
  readVideoJob(request, refuse);
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
