import { type LongWork, longWork } from "@sightline/foundation/long-work";
import {
  type AsyncInvocationEvent,
  type WaitForAsyncOptions,
  waitForAsyncInvocation,
} from "../endpoints/wait-for-async-invocation.js";
import { SdkError } from "../errors.js";
import type { Session } from "../session.js";
import { passOn } from "../wait/pass-on.js";
import type { VideoMarkup, VideoMarkupResult } from "./video-markup.js";

/**
 * Waits until the video is marked up. Iterate it for how long it has waited and, with `logs`, the endpoint's log.
 *
 * @throws InvocationError when the container could not, WaitTimeoutError
 * @example
 * ```ts
 * const { output, framesWithDetections } = await waitForVideoMarkup(session, job);
 * console.log(output, framesWithDetections); // "s3://roads/out/a_output.mp4" 212
 * ```
 */
export function waitForVideoMarkup(
  session: Session,
  job: VideoMarkup,
  options: Omit<WaitForAsyncOptions, "maxBytes"> = {},
): LongWork<AsyncInvocationEvent, VideoMarkupResult> {
  return longWork(
    async (signal, tell) => {
      const answer = await passOn(waitForAsyncInvocation(session, job, { ...options, signal }), tell);
      return checkResult(answer.text(), job.outputUri);
    },
    { signal: options.signal, progress: ["waiting"] },
  );
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
