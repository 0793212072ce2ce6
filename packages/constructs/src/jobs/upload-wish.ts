import { randomUUID } from "node:crypto";
import { INPUT_FOLDER, VIDEO_ENDINGS } from "./video-event.js";

/** A file that somebody wants to upload. */
export interface UploadWish {
  readonly name: string;
  /** Its size: the form takes no more. */
  readonly bytes: number;
  readonly type: string;
  /** Of the upload that this file goes with, for a track beside a video. */
  readonly upload?: string;
}

/** Why a wish is refused, as the answer to it. */
export interface RefusedWish {
  readonly status: 400 | 413 | 415;
  readonly error: string;
}

/** GPX tracks of a drive of twelve hours have 10 MB. */
const MAX_TRACK_BYTES = 50_000_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads `{"name": "road.mp4", "bytes": 1234}`; a track also names its video's upload. */
export function readUploadWish(text: string, maxBytes: number): UploadWish | RefusedWish {
  let value: Partial<Record<"name" | "bytes" | "upload", unknown>> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return { status: 400, error: 'Send JSON of the form {"name": "road.mp4", "bytes": 1234}.' };
  }
  const { name, bytes, upload } = value ?? {};
  if (typeof name !== "string" || name === "" || Buffer.byteLength(name) > 200)
    return { status: 400, error: "name must be the file's name, of at most 200 bytes." };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name must not have them
  if (/[/\\\u0000-\u001f\u007f]/.test(name) || /^\.+$/.test(name) || name.includes(".."))
    return { status: 400, error: "name must be a file's name without a path." };
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes < 1)
    return { status: 400, error: "bytes must be the file's size, a whole number above 0." };
  const ending = /\.[^.]+$/.exec(name.toLowerCase())?.[0] ?? "";
  const isTrack = ending === ".gpx";
  if (!isTrack && !VIDEO_ENDINGS.includes(ending))
    return { status: 415, error: `Send a video: ${VIDEO_ENDINGS.join(", ")}; or a .gpx track beside one.` };
  const most = isTrack ? MAX_TRACK_BYTES : maxBytes;
  if (bytes > most) return { status: 413, error: `The file has ${bytes} bytes; at most ${most} are taken.` };
  if (upload !== undefined && (!isTrack || typeof upload !== "string" || !UUID.test(upload)))
    return { status: 400, error: "upload goes with a track: what the answer for its video said." };
  const type = isTrack ? "application/gpx+xml" : "application/octet-stream";
  return { name, bytes, type, ...(upload === undefined ? {} : { upload: upload as string }) };
}

/**
 * Where a file goes: into a folder of its owner and of its own, so that none replaces another. Only what S3's guide
 * calls safe in a key is left in it; the name itself is kept beside the object.
 */
export function uploadKey(sub: string, { name, upload = randomUUID() }: UploadWish): string {
  return `${INPUT_FOLDER}${sub}/${upload}/${name.replaceAll(/[^\w.!*'()-]/g, "_")}`;
}
