import { call, isAccessDenied, isAlreadyExisting, isNotFound } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { checkBucketName } from "../checks/names.js";
import { InvalidInputError, ResourceConflictError } from "../errors.js";
import type { Session } from "../session.js";
import { bucketOwner } from "./s3-uri.js";

/** How a bucket is made. */
export interface EnsureBucketOptions {
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** Raw parameters of CreateBucket. */
  readonly aws?: RawParameters;
}

/**
 * Makes the bucket unless it is there. Never called by other functions: a bucket made under a name that
 * others can guess can be taken before (set `expectedBucketOwner` to have S3 refuse a stranger's).
 *
 * @param bucket default: the session's
 * @throws ResourceConflictError when the name belongs to somebody else.
 * @example
 * ```ts
 * await ensureBucket(session, "drivers"); // { bucket: "drivers", created: true }
 * ```
 */
export async function ensureBucket(
  session: Session,
  bucket: string | undefined = session.bucket,
  options: EnsureBucketOptions = {},
): Promise<{ readonly bucket: string; readonly created: boolean }> {
  if (bucket === undefined) {
    throw new InvalidInputError("bucket", "given", bucket, "Pass it here or to createSession().");
  }
  checkBucketName("bucket", bucket);
  const { signal, aws } = options;
  try {
    await call(session, "s3", "HeadBucket", { Bucket: bucket, ...bucketOwner(session) }, { signal });
    return { bucket, created: false };
  } catch (error) {
    if (isAccessDenied(error)) throw takenBySomebodyElse(bucket, error);
    if (!isNotFound(error)) throw error;
  }
  try {
    const constraint =
      session.region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: session.region as never } };
    await call(session, "s3", "CreateBucket", { Bucket: bucket, ...constraint }, { signal, raw: aws });
    return { bucket, created: true };
  } catch (error) {
    if (!isAlreadyExisting(error)) throw error;
    if ((error as { code?: string }).code === "BucketAlreadyOwnedByYou") return { bucket, created: false };
    throw takenBySomebodyElse(bucket, error);
  }
}

function takenBySomebodyElse(bucket: string, cause: unknown): ResourceConflictError {
  return new ResourceConflictError(
    bucket,
    `Bucket ${bucket} exists, but this account may not use it: bucket names are shared by all of AWS. Choose another name.`,
    { cause },
  );
}
