import { GetObjectCommand } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { VideoJobProgress } from "@sightline/contract/video-job";
import { s3 } from "../jobs/aws-clients.js";
import { JobTable } from "../jobs/job-table.js";
import { judgeLink, readToken } from "../jobs/result-link.js";
import { readUploadWish, uploadKey } from "../jobs/upload-wish.js";
import { JOBS_FOLDER } from "../jobs/video-event.js";
import type { VideoJobRecord } from "../jobs/video-job.js";

const { BUCKET = "", TABLE = "", MAX_BYTES = "0" } = process.env;
/** Long enough to look at a video, and far from the end of a function's credentials. */
const LINK_SECONDS = 900;
/** A slow line takes this long for the largest video. */
const UPLOAD_SECONDS = 3600;
const LISTED = 50;

// AWS's package of forms comes with a client of another release, whose type has private members of its own.
const formClient = s3 as unknown as Parameters<typeof createPresignedPost>[0];
const table = new JobTable(TABLE);

/** What API Gateway says of a request. */
interface ApiEvent {
  readonly httpMethod: string;
  readonly resource: string;
  readonly pathParameters?: { readonly id?: string; readonly token?: string } | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: {
    readonly authorizer?: { readonly claims?: { readonly sub?: string; readonly email?: string } };
  };
}

interface ApiAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers what the page asks: leave to upload, the videos of who has signed in, one of them, a mailed link. */
export async function handler(event: ApiEvent): Promise<ApiAnswer> {
  const { resource, httpMethod: method, pathParameters } = event;
  if (resource === "/results/{token}") return follow(pathParameters?.token ?? "");
  const { sub, email } = event.requestContext?.authorizer?.claims ?? {};
  // The authorizer refuses before; a route without one must not become everybody's.
  if (sub === undefined) return answer(401, { error: "Sign in first." });
  if (resource === "/uploads" && method === "POST") return allowUpload(event, sub, email);
  if (resource === "/jobs") {
    const jobs = await table.ofOwner(sub, LISTED);
    return answer(200, { jobs: await Promise.all(jobs.map(summary)) });
  }
  if (resource === "/jobs/{id}") return showJob(pathParameters?.id ?? "", sub);
  return answer(404, { error: "There is nothing here." });
}

function answer(statusCode: number, body: object, headers: Record<string, string> = {}): ApiAnswer {
  const common = { "content-type": "application/json", "cache-control": "no-store" };
  return { statusCode, headers: { ...common, ...headers }, body: JSON.stringify(body) };
}

async function allowUpload(event: ApiEvent, sub: string, email: string | undefined): Promise<ApiAnswer> {
  const text = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8").toString("utf8");
  const wish = readUploadWish(text, Number(MAX_BYTES));
  if ("error" in wish) return answer(wish.status, { error: wish.error });
  const key = uploadKey(sub, wish);
  // Name and who is told are what the service wrote into the form: S3 refuses changed ones.
  const fields = {
    "Content-Type": wish.type,
    "x-amz-meta-name": encodeURIComponent(wish.name),
    ...(email === undefined ? {} : { "x-amz-meta-email": encodeURIComponent(email) }),
  };
  const post = await createPresignedPost(formClient, {
    Bucket: BUCKET,
    Key: key,
    Fields: fields,
    Conditions: [
      ["content-length-range", 1, wish.bytes],
      ...Object.entries(fields).map(([name, value]) => ["eq", `$${name}`, value] as ["eq", string, string]),
    ],
    Expires: UPLOAD_SECONDS,
  });
  return answer(201, { ...post, upload: key.split("/")[2] });
}

/** What the list says of a video. */
async function summary(job: VideoJobRecord) {
  const { id, name, input, bytes, state, start, createdAt, endedAt, reason, result } = job;
  const progress = state === "queued" ? await progressOf(id) : undefined;
  return {
    ...{
      id,
      name,
      bytes,
      state: progress === undefined ? state : "running",
      start,
      createdAt,
      endedAt,
      reason,
      progress,
    },
    ...(result === undefined
      ? {}
      : {
          frames: result.frames,
          durationSeconds: result.durationSeconds,
          framesWithDetections: result.framesWithDetections,
          detectionCount: result.detectionCount,
          warnings: result.warnings,
        }),
    upload: input.split("/").at(-2),
  };
}

async function progressOf(id: string): Promise<VideoJobProgress | undefined> {
  try {
    const Key = `${JOBS_FOLDER}${id}/progress.json`;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    return JSON.parse(await Body!.transformToString()) as VideoJobProgress;
  } catch (error) {
    // Nothing is told before the first frames are done. Without leave to list, S3 says 403 for what is not there.
    const { name = "", $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    if (name === "NoSuchKey" || $metadata?.httpStatusCode === 403) return undefined;
    throw error;
  }
}

async function showJob(id: string, sub: string): Promise<ApiAnswer> {
  const job = /^[0-9a-f]{32}$/.test(id) ? await table.get(id) : undefined;
  // What is another's is as if it were not there.
  if (job === undefined || job.owner !== sub) return answer(404, { error: "You have no such video." });
  const { result, input } = job;
  const track = input.replace(/\.[^./]+$/, ".gpx");
  const links =
    result === undefined
      ? {}
      : {
          videoUrl: await link(result.output),
          detectionsUrl: await link(result.detections),
          trackUrl: await link(track),
        };
  return answer(200, { ...(await summary(job)), ...links });
}

/** A mailed link: to S3 while it is good. */
async function follow(token: string): Promise<ApiAnswer> {
  const read = readToken(token);
  const job = read && (await table.get(read.id));
  const verdict = read === undefined ? "unknown" : judgeLink(job, read.secret);
  if (verdict === "ended") return answer(410, { error: "This link has ended. Sign in to see the video." });
  if (verdict === "unknown" || job?.result === undefined)
    return answer(404, { error: "There is no such link." });
  return answer(302, {}, { location: await link(job.result.output) });
}

function link(uri: string): Promise<string> {
  const Key = uri.slice(`s3://${BUCKET}/`.length);
  return getSignedUrl(s3, new GetObjectCommand({ Bucket: BUCKET, Key }), { expiresIn: LINK_SECONDS });
}
