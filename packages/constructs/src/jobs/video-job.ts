import type { VideoJobResult } from "@sightline/contract/video-job";

/** Name of the index of a table's videos by owner and time. */
export const OWNER_INDEX = "by-owner";

/** Where a video is on its way. */
export type VideoJobState =
  /** Somebody is handing it on. */
  | "starting"
  /** The endpoint has it, or it waits there. */
  | "queued"
  /** Many instances have it, each a share. */
  | "sharing"
  /** One instance puts the shares together. */
  | "joining"
  | "done"
  | "failed";

/** What is kept of a video. */
export interface VideoJobRecord {
  /** 32 hexadecimal digits, made of the event that brought the video. */
  readonly id: string;
  /** Who sent it: the subject of a sign-in, or `bucket` for what was put there without the page. */
  readonly owner: string;
  /** When it was taken, ISO 8601; the list of an owner's videos is ordered by it. */
  readonly createdAt: string;
  /** Name of the file. */
  readonly name: string;
  /** S3 URI of the video. */
  readonly input: string;
  /** Its size. */
  readonly bytes: number;
  /** Where it is on its way. */
  readonly state: VideoJobState;
  /** Which start of it this is: 1, and more after a container was lost. */
  readonly start: number;
  /** Milliseconds since 1970 of the claim on this start; another may take over one that is too old. */
  readonly claimedAt: number;
  /** What went wrong when it was last tried to hand this start on. */
  readonly trouble?: string;
  /** Where the owner is told. Default: nobody, or the service's own recipients. */
  readonly email?: string;
  /** Why it failed. */
  readonly reason?: string;
  /** What came of it. */
  readonly result?: VideoJobResult;
  /** When it was done or had failed, ISO 8601. */
  readonly endedAt?: string;
  /** Milliseconds since 1970 of whoever sends the mail. */
  readonly mailClaimedAt?: number;
  /** When the mail went, ISO 8601. */
  readonly mailedAt?: string;
  /** SHA-256 of the secret of the mailed link. */
  readonly linkHash?: string;
  /** Milliseconds since 1970 at which the link ends. */
  readonly linkEndsAt?: number;
}
