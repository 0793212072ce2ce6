import type { VideoJob, VideoJobResult } from "@sightline/contract/video-job";
import type { AsyncInvocation } from "../endpoints/invoke-endpoint-async.js";

/** One video in S3 to mark up. */
export type VideoMarkupRequest = VideoJob;

/** A video that is being marked up. Plain data. */
export interface VideoMarkup extends AsyncInvocation {
  /** What was asked for. */
  readonly video: VideoMarkupRequest;
}

/** What the container says of a video it has marked up. */
export type VideoMarkupResult = VideoJobResult;
