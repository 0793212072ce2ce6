import { call } from "../aws/call.js";
import { InvalidInputError } from "../errors.js";
import type { Session } from "../session.js";
import type { S3RequestOptions } from "./s3-object.js";
import { bucketOwner, formatS3Uri, locate } from "./s3-uri.js";

/** How an object is written. */
export interface WriteObjectOptions extends S3RequestOptions {
  /** Default `application/json` for a string that begins with a brace or bracket, else by no type. */
  readonly contentType?: string;
}

/**
 * Writes a small object from memory. Returns its URI.
 *
 * @throws AwsRequestError when the service refuses it or cannot be reached
 * @example
 * ```ts
 * await writeObject(session, "channels/labels.json", JSON.stringify(["safe", "texting"]));
 * // "s3://drivers/channels/labels.json"
 * ```
 */
export async function writeObject(
  session: Session,
  place: string,
  content: Uint8Array | string,
  options: WriteObjectOptions = {},
): Promise<string> {
  const { bucket, key } = locate(session, place);
  if (key === "" || key.endsWith("/")) {
    throw new InvalidInputError("place", "the name of an object, not of a folder", place, "Add a file name.");
  }
  const json = typeof content === "string" && /^\s*[{[]/.test(content) ? "application/json" : undefined;
  const contentType = options.contentType ?? json;
  await call(
    session,
    "s3",
    "PutObject",
    {
      Bucket: bucket,
      Key: key,
      Body: content,
      ...(contentType === undefined ? {} : { ContentType: contentType }),
      ...bucketOwner(session),
    },
    { signal: options.signal, raw: options.aws },
  );
  return formatS3Uri({ bucket, key });
}
