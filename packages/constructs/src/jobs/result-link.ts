import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { VideoJobRecord } from "./video-job.js";

/** A link to a result that needs no sign-in and ends. */
export interface ResultLink {
  /** Last part of the link's path: the job's id and a secret. */
  readonly token: string;
  /** What is kept of it. */
  readonly kept: { readonly linkHash: string; readonly linkEndsAt: number };
}

const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/**
 * Makes a link. S3's own signed links end with the credentials that signed them, which a function has for a few hours
 * only: this one is kept with the job, and is turned into one of S3's when it is followed.
 */
export function makeResultLink(id: string, seconds: number): ResultLink {
  const secret = randomBytes(24).toString("base64url");
  const kept = { linkHash: hashOf(secret), linkEndsAt: Date.now() + seconds * 1000 };
  return { token: `${id}.${secret}`, kept };
}

/** Id and secret of a token; undefined for anything else. */
export function readToken(token: string): { readonly id: string; readonly secret: string } | undefined {
  const [, id, secret] = /^([0-9a-f]{32})\.([\w-]{32})$/.exec(token) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** What a secret is good for. */
export function judgeLink(job: VideoJobRecord | undefined, secret: string): "good" | "unknown" | "ended" {
  const { linkHash, linkEndsAt = 0 } = job ?? {};
  if (linkHash === undefined) return "unknown";
  if (!timingSafeEqual(Buffer.from(hashOf(secret)), Buffer.from(linkHash))) return "unknown";
  return Date.now() < linkEndsAt ? "good" : "ended";
}
