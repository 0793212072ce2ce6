import { randomUUID } from "node:crypto";
import { readVideoJob } from "@sightline/contract/video-job";
import { refuse } from "../checks/refuse.js";
import type { Endpoint } from "../endpoints/endpoint.js";
import { type InvokeAsyncOptions, invokeEndpointAsync } from "../endpoints/invoke-endpoint-async.js";
import type { Session } from "../session.js";
import type { VideoMarkup, VideoMarkupRequest } from "./video-markup.js";

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
