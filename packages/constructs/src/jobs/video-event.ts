import { createHash } from "node:crypto";
import type { S3Event } from "@sightline/sdk/lambda";

/** Folder of videos to mark up. */
export const INPUT_FOLDER = "input/";
/** Folder of what was marked up. */
export const OUTPUT_FOLDER = "output/";
/** Folder of descriptions, progress and answers of jobs. */
export const JOBS_FOLDER = "jobs/";
/** Owner of what was put into the bucket without the page. */
export const BUCKET_OWNER = "bucket";
/** Endings that are taken. */
export const VIDEO_ENDINGS: readonly string[] = [".mp4", ".mov", ".mkv", ".avi", ".webm"];

/** A video that an event names. */
export interface UploadedVideo {
  /** The same however often the event comes, another for every upload. */
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** Which version of the object is meant; undefined in a bucket without versions. */
  readonly versionId: string | undefined;
  readonly owner: string;
  readonly name: string;
  /** S3 key of the folder of its results: that of the input, below `output/`. */
  readonly outputFolder: string;
}

/** What an event's record is. */
export type ReadRecord =
  | { readonly kind: "video"; readonly video: UploadedVideo }
  /** A video of this service that is not taken: its owner is told. */
  | { readonly kind: "refused"; readonly video: UploadedVideo; readonly reason: string }
  /** Nothing that this service is asked to do. */
  | { readonly kind: "ignored"; readonly what: string; readonly reason: string };

type Record3 = S3Event["Records"][number];
/** S3's own names besides those that the SDK's trigger needs. */
type Object3 = Record3["s3"]["object"] & { readonly sequencer?: string };

/** What the page uploads: `input/SUBJECT/UPLOAD/NAME`, the first two made by Cognito and by the service. */
const OF_PAGE = /^input\/([0-9a-f-]{36})\/[0-9a-f-]{36}\/[^/]+$/;
/** Lies beside a video and is no video. */
const COMPANION = ".gpx";

/** Reads a record of an S3 event. Keys in events are URL-encoded, a blank as "+". */
export function readRecord({ eventName = "", s3 }: Record3, ownBucket: string): ReadRecord {
  const object: Object3 = s3.object;
  const what = `s3://${s3.bucket.name}/${object.key}`;
  const ignored = (reason: string): ReadRecord => ({ kind: "ignored", what, reason });
  if (!/^(s3:)?ObjectCreated:/.test(eventName)) return ignored(`it was not created: ${eventName}`);
  if (s3.bucket.name !== ownBucket) return ignored("it is in a bucket of another");
  let key: string;
  try {
    key = decodeURIComponent(object.key.replaceAll("+", " "));
  } catch {
    return ignored("its key is not URL-encoded");
  }
  if (!key.startsWith(INPUT_FOLDER)) return ignored(`it is not in ${INPUT_FOLDER}`);
  if (key.endsWith("/")) return ignored("it is a folder");
  if (key.toLowerCase().endsWith(COMPANION)) return ignored("it is a track beside a video");
  const parts = key.split("/");
  const name = parts.at(-1)!;
  const identity = [s3.bucket.name, key, object.versionId, object.eTag, object.sequencer];
  const video: UploadedVideo = {
    id: createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 32),
    bucket: s3.bucket.name,
    key,
    versionId: object.versionId,
    owner: OF_PAGE.exec(key)?.[1] ?? BUCKET_OWNER,
    name,
    outputFolder: [OUTPUT_FOLDER.slice(0, -1), ...parts.slice(1, -1), ""].join("/"),
  };
  const refused = (reason: string): ReadRecord => ({ kind: "refused", video, reason });
  // A client that makes paths of keys would leave its folder.
  if (parts.some((part) => part === "" || part === "." || part === ".."))
    return refused("its key has an empty part, . or .. in it");
  if (!VIDEO_ENDINGS.some((ending) => key.toLowerCase().endsWith(ending)))
    return refused(`it ends in none of ${VIDEO_ENDINGS.join(", ")}`);
  return { kind: "video", video };
}

/** Whether the first 16 bytes are those of a video: ISO media (MP4, MOV), Matroska and WebM, AVI. */
export function looksLikeVideo(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString("latin1");
  return (
    /^[\s\S]{4}(ftyp|moov|mdat|free|wide|skip)/.test(text) ||
    text.startsWith("\x1a\x45\xdf\xa3") ||
    /^RIFF[\s\S]{4}AVI /.test(text)
  );
}
