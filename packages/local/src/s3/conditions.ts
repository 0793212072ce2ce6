import { AwsError } from "../errors.js";
import type { StoredObject } from "./object.js";

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Checks If-Match and If-None-Match of a write against the object that is there now.
 *
 * @throws AwsError PreconditionFailed (412) or NoSuchKey (If-Match on what is not there)
 */
export function checkWriteConditions(headers: Headers, current: StoredObject | undefined): void {
  const ifMatch = headers["if-match"];
  const ifNoneMatch = headers["if-none-match"];
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== "*")
      throw new AwsError("NotImplemented", "A write takes If-None-Match only with *.", 501);
    if (current !== undefined) throw preconditionFailed("If-None-Match");
  }
  if (ifMatch === undefined) return;
  if (current === undefined) throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
  if (!matches(ifMatch, current)) throw preconditionFailed("If-Match");
}

/**
 * Checks the conditions of a read, in HTTP's order. Returns false when the answer is 304.
 *
 * @throws AwsError PreconditionFailed (412)
 */
export function checkReadConditions(headers: Headers, object: StoredObject): boolean {
  const modified = Math.floor(object.lastModified / 1000) * 1000;
  if (headers["if-match"] !== undefined) {
    if (!matches(headers["if-match"], object)) throw preconditionFailed("If-Match");
  } else if (modified > instant(headers["if-unmodified-since"]))
    throw preconditionFailed("If-Unmodified-Since");
  if (headers["if-none-match"] !== undefined) return !matches(headers["if-none-match"], object);
  return !(modified <= instant(headers["if-modified-since"]));
}

/** The same conditions on the source of a copy, where a failed one is always 412. */
export function checkCopyConditions(headers: Headers, source: StoredObject): void {
  const read = checkReadConditions(
    {
      "if-match": headers["x-amz-copy-source-if-match"],
      "if-none-match": headers["x-amz-copy-source-if-none-match"],
      "if-modified-since": headers["x-amz-copy-source-if-modified-since"],
      "if-unmodified-since": headers["x-amz-copy-source-if-unmodified-since"],
    },
    source,
  );
  if (!read) throw preconditionFailed("x-amz-copy-source-If-None-Match");
}

/** NaN for a missing or unreadable date, which makes every comparison false, as HTTP wants. */
function instant(date: string | undefined): number {
  return date === undefined ? Number.NaN : Date.parse(date);
}

function matches(condition: string, object: StoredObject): boolean {
  return condition.split(",").some((part) => {
    const etag = part.trim();
    return etag === "*" || etag.replaceAll('"', "") === object.etag;
  });
}

function preconditionFailed(condition: string): AwsError {
  return new AwsError(
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
    412,
    {
      members: { Condition: condition },
    },
  );
}
