import { randomUUID } from "node:crypto";
import { AwsRequestError } from "../errors.js";
import { headObject } from "../s3/head-object.js";
import { writeObject } from "../s3/write-object.js";
import type { Session } from "../session.js";

/** A claim that is ours. */
export interface ObjectClaim {
  /** Makes it last, with what it came to. */
  keep(content: string): Promise<void>;
  /** Gives it back: the next one gets it at once. */
  release(): Promise<void>;
}

/** Metadata of a claim that does not last: until when it is good, milliseconds since 1970. */
const UNTIL = "claimed-until";

/**
 * Claims something by an object in S3, which only one of any number of callers can write: by `If-None-Match: *`, or
 * `If-Match` for a claim whose time is over. "held" while another's is good, "taken" when one was kept.
 */
export async function claimByObject(
  session: Session,
  uri: string,
  leaseMs: number,
): Promise<ObjectClaim | "held" | "taken"> {
  const former = await headObject(session, uri);
  const until = former === undefined ? 0 : Number(former.metadata[UNTIL] ?? Number.POSITIVE_INFINITY);
  if (until === Number.POSITIVE_INFINITY) return "taken";
  if (until > Date.now()) return "held";
  // A body of its own, so that its ETag is no other claim's.
  const content = randomUUID();
  const write = (goodUntil: number) => ({ Metadata: { [UNTIL]: String(goodUntil) } });
  const condition = former === undefined ? { IfNoneMatch: "*" } : { IfMatch: `"${former.etag}"` };
  try {
    await writeObject(session, uri, content, { aws: { ...write(Date.now() + leaseMs), ...condition } });
  } catch (error) {
    // 409 is two writes at the same moment.
    if (error instanceof AwsRequestError && (error.statusCode === 412 || error.statusCode === 409))
      return "held";
    throw error;
  }
  return {
    keep: async (result) => {
      await writeObject(session, uri, result);
    },
    release: async () => {
      await writeObject(session, uri, content, { aws: write(0) });
    },
  };
}
