import { randomBytes } from "node:crypto";
import { AwsError } from "../errors.js";
import type { RecordStore } from "../state/record-store.js";
import type { Credentials } from "../wire/sigv4.js";

/** Keys of a session, as STS gave them out. */
export interface TemporaryKeys extends Credentials {
  readonly sessionToken: string;
  /** Who signs with them: the ARN and id that GetCallerIdentity answers. */
  readonly arn: string;
  readonly userId: string;
  /** ms since 1970. */
  readonly expiresMs: number;
}

/** Makes the keys of a session of `seconds`, and forgets those that have expired. */
export function giveKeys(
  sessions: RecordStore<TemporaryKeys>,
  who: Pick<TemporaryKeys, "arn" | "userId">,
  seconds: number,
): TemporaryKeys {
  for (const { accessKeyId, expiresMs } of sessions.all()) {
    if (expiresMs < Date.now()) sessions.delete(accessKeyId);
  }
  const keys = {
    ...who,
    accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString("base64"),
    sessionToken: randomBytes(96).toString("base64"),
    expiresMs: Date.now() + seconds * 1000,
  };
  sessions.set(keys.accessKeyId, keys);
  return keys;
}

/**
 * The keys of a session that a request is signed with; undefined for a key that is none of a session.
 *
 * @param service that the request is for: S3 has codes of its own
 * @throws AwsError ExpiredToken, or InvalidToken when the session token is missing or another's
 */
export function keysOf(
  sessions: RecordStore<TemporaryKeys>,
  accessKeyId: string,
  sessionToken: string | undefined,
  service: string | undefined,
): TemporaryKeys | undefined {
  const keys = sessions.get(accessKeyId);
  if (keys === undefined) return undefined;
  const refused = (what: string, codes: { readonly s3: string; readonly others: string }) =>
    new AwsError(
      service === "s3" ? codes.s3 : codes.others,
      `The security token included in the request is ${what}`,
      403,
    );
  if (keys.expiresMs < Date.now()) {
    throw refused("expired", { s3: "ExpiredToken", others: "ExpiredTokenException" });
  }
  if (keys.sessionToken === sessionToken) return keys;
  throw refused("invalid.", { s3: "InvalidToken", others: "UnrecognizedClientException" });
}
