import { call } from "../aws/call.js";
import type { Session } from "../session.js";
import { describePackage, type ModelApproval, type ModelPackage } from "./model-package.js";

/** What is said with an approval. */
export interface ApprovalOptions {
  /** Why; at most 1,024 characters. Default: nothing. */
  readonly description?: string;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/**
 * Says that a registered version may be deployed.
 *
 * @param version what registerModel() gave, or its ARN
 * @throws AwsRequestError when there is no such version
 * @example
 * ```ts
 * await approveModel(session, version, { description: "0.91 on the drivers of the validation set" });
 * ```
 */
export function approveModel(
  session: Session,
  version: ModelPackage | string,
  options: ApprovalOptions = {},
): Promise<ModelPackage> {
  return decide(session, version, "Approved", options);
}

/**
 * Says that a registered version must not be deployed. Endpoints that serve it go on.
 *
 * @param version what registerModel() gave, or its ARN
 * @throws AwsRequestError when there is no such version
 * @example
 * ```ts
 * (await rejectModel(session, version, { description: "worse than version 2" })).approval; // "Rejected"
 * ```
 */
export function rejectModel(
  session: Session,
  version: ModelPackage | string,
  options: ApprovalOptions = {},
): Promise<ModelPackage> {
  return decide(session, version, "Rejected", options);
}

async function decide(
  session: Session,
  version: ModelPackage | string,
  approval: ModelApproval,
  { description, signal }: ApprovalOptions,
): Promise<ModelPackage> {
  const ModelPackageArn = typeof version === "string" ? version : version.arn;
  await call(
    session,
    "sagemaker",
    "UpdateModelPackage",
    {
      ModelPackageArn,
      ModelApprovalStatus: approval,
      ...(description === undefined ? {} : { ApprovalDescription: description }),
    },
    { signal },
  );
  return describePackage(session, ModelPackageArn, signal);
}
