import type { Session } from "@sightline/sdk";
import { refusalOf } from "../aws/explain-refusal.js";
import { type Finding, notSeen } from "./finding.js";

/** Who the caller is. */
export interface Caller {
  readonly arn: string;
  readonly account: string;
}

/** Credentials. @returns the caller too, where there is one */
export async function checkCredentials(
  session: Session,
  signal: AbortSignal,
): Promise<{ readonly finding: Finding; readonly caller?: Caller }> {
  const check = "credentials";
  try {
    const found = await session.send<{ Arn?: string; Account?: string }>(
      "sts",
      "GetCallerIdentity",
      {},
      { signal },
    );
    const caller = { arn: found.Arn ?? "", account: found.Account ?? "" };
    return { finding: { check, status: "ok", detail: caller.arn }, caller };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    const remedy =
      "Sign in (aws sso login, aws configure), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; for this machine alone: sightline local.";
    return { finding: { check, status: "failed", detail: refusal.message, remedy } };
  }
}

/** The region: whether the built-in algorithms are offered there. */
export async function checkRegion({ region }: Session): Promise<Finding> {
  const check = "region";
  const { builtInRegions } = await import("@sightline/sdk");
  if (builtInRegions().includes(region)) return { check, status: "ok", detail: region };
  const remedy =
    'Take another region (--region, AWS_REGION), or train with this project\'s container: "sightline image push", then train --image.';
  return { check, status: "warning", detail: `${region} has no built-in image classification`, remedy };
}

/** The bucket: whether it is there, and the caller's to use. */
export async function checkBucket(session: Session, signal: AbortSignal): Promise<Finding> {
  const check = "bucket";
  const { bucket } = session;
  if (bucket === undefined) {
    const remedy = "Set SIGHTLINE_BUCKET or give --bucket; train and deploy make one with --create-bucket.";
    return { check, status: "warning", detail: "none is named", remedy };
  }
  try {
    await session.send("s3", "HeadBucket", { Bucket: bucket }, { signal });
    return { check, status: "ok", detail: bucket };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    // S3 answers a HEAD without a body: the status is all that there is.
    const { statusCode, $metadata } = error as {
      statusCode?: number;
      $metadata?: { httpStatusCode?: number };
    };
    const status = statusCode ?? $metadata?.httpStatusCode;
    if (status === 404) {
      const remedy = `Make it: sightline train ... --bucket ${bucket} --create-bucket`;
      return { check, status: "failed", detail: `there is no bucket ${bucket}`, remedy };
    }
    if (status === 301) {
      return {
        check,
        status: "failed",
        detail: `${bucket} is in another region than ${session.region}`,
        remedy: "Give that region with --region, or take another bucket.",
      };
    }
    if (status !== 403) return notSeen(check, "s3:ListBucket", error);
    const remedy = `Allow s3:ListBucket on it ("sightline doctor --policy train"); when the bucket is somebody else's, take another name.`;
    return { check, status: "failed", detail: `${bucket} may not be used`, remedy };
  }
}
