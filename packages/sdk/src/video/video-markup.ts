import type { VideoJob, VideoJobResult } from "@sightline/contract/video-job";
import type { AsyncInvocation } from "../endpoints/invoke-endpoint-async.js";

// Interfaces of their own: stock tslab refuses a variable whose type has a name that no package exports (TS4023).
/** One video in S3 to mark up. */
export interface VideoMarkupRequest extends VideoJob {}

/** A video that is being marked up. Plain data. */
export interface VideoMarkup extends AsyncInvocation {
  /** What was asked for. */
  readonly video: VideoMarkupRequest;
}

/** What the container says of a video it has marked up. */
export interface VideoMarkupResult extends VideoJobResult {}
