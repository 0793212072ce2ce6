import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  downloadFile,
  headObject,
  parseS3Uri,
  readObject,
  type S3Location,
  type Session,
  uploadFiles,
  writeObject,
} from "@sightline/sdk";
import { LimitError, markUpVideo, UnreadableVideoError } from "@sightline/video-markup";
import type { Detector } from "../api/mark-up-route.js";
import type { Metrics } from "../api/metrics.js";
import type { Message } from "./queue.js";
import { UnusableMessageError } from "./work-queue.js";

/** With what the worker marks up. */
export interface MessageWork {
  readonly session: Session;
  /** The one bucket that messages may name. */
  readonly bucket: string;
  readonly detector: Detector;
  /** Longest video in seconds. */
  readonly maxVideoSeconds: number;
  /** Folder of what is at work. */
  readonly scratch: string;
  readonly metrics: Metrics;
}

/** What stands beside an output once it is complete. */
interface Done {
  /** ETag of the input that it was made of. */
  readonly inputEtag: string;
}

/**
 * Marks up the video that a message names: `{"input": "s3://BUCKET/in/road.mp4", "output": "s3://BUCKET/out/road.mp4"}`.
 * The output comes first, then `OUTPUT.json`, which says of which input it is: a message that is delivered again finds
 * that and does nothing.
 *
 * @throws UnusableMessageError for a message of another form, another bucket, no such input, or what is no video
 */
export async function markUpMessage(
  message: Message,
  signal: AbortSignal,
  { session, bucket, detector, maxVideoSeconds, scratch, metrics }: MessageWork,
): Promise<"done" | "repeated"> {
  const { input, output } = readMessage(message.body, bucket);
  const source = await headObject(session, input, { signal });
  if (source === undefined) throw new UnusableMessageError(`There is no ${input}.`);
  const record = `${output}.json`;
  if ((await headObject(session, record, { signal })) !== undefined) {
    const done = JSON.parse(Buffer.from(await readObject(session, record, { signal })).toString()) as Done;
    if (done.inputEtag === source.etag) return "repeated";
  }
  const folder = await mkdtemp(join(scratch, "message-"));
  try {
    const video = await downloadFile(session, input, join(folder, "input"), { signal });
    const result = await markUpVideo(video.path, join(folder, "output.mp4"), {
      ...detector,
      maxDurationSeconds: maxVideoSeconds,
      signal,
    }).catch((error: unknown) => {
      if (error instanceof UnreadableVideoError || error instanceof LimitError) {
        throw new UnusableMessageError(`${input}: ${error.message}`, { cause: error });
      }
      throw error;
    });
    await uploadFiles(session, result.output, output, { signal });
    const { frames, detectionCount } = result;
    const done = { input, inputEtag: source.etag, frames, detections: detectionCount };
    await writeObject(session, record, JSON.stringify(done), { signal });
    metrics.frames.inc(frames);
    return "done";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readMessage(body: string, bucket: string): { readonly input: string; readonly output: string } {
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch (cause) {
    throw new UnusableMessageError("The message is no JSON.", { cause });
  }
  const { input, output } = (content ?? {}) as { input?: unknown; output?: unknown };
  for (const [name, uri] of Object.entries({ input, output })) {
    const place = typeof uri === "string" ? placeOf(uri) : undefined;
    if (place?.bucket !== bucket || place.key === "" || place.key.split("/").includes("..")) {
      throw new UnusableMessageError(`The message's ${name} is no object of s3://${bucket}/.`);
    }
  }
  if (!(output as string).endsWith(".mp4") || input === output) {
    throw new UnusableMessageError("The message's output is no .mp4 of its own.");
  }
  return { input, output } as { input: string; output: string };
}

function placeOf(uri: string): S3Location | undefined {
  try {
    return parseS3Uri(uri);
  } catch {
    return undefined;
  }
}
