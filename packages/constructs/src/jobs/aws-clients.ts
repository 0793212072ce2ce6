import { S3Client } from "@aws-sdk/client-s3";
import { createSession, type Session } from "@sightline/sdk";

/** S3 as a function reaches it: an emulator has no host name for each bucket. */
export const s3 = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });

let session: Promise<Session> | undefined;

/** The one session of this copy of a function, opened when it is first needed. */
export function openSession(): Promise<Session> {
  session ??= createSession();
  return session;
}
