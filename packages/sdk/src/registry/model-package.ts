import { call } from "../aws/call.js";
import type { Session } from "../session.js";

/** What is said of a version: it may be deployed, it must not, or nobody has said yet. */
export type ModelApproval = "Approved" | "Rejected" | "PendingManualApproval";

/** A registered version of a model. Plain data. */
export interface ModelPackage {
  readonly kind: "model-package";
  /** Name of its group. */
  readonly group: string;
  /** Its number within the group, from 1. */
  readonly version: number;
  /** ARN, as AWS gives it. */
  readonly arn: string;
  /** What is said of it. */
  readonly approval: ModelApproval;
  /** What was said when it was registered, or undefined. */
  readonly description: string | undefined;
}

/** A version as the service describes or lists it. */
export function toModelPackage(found: {
  readonly ModelPackageArn?: string | undefined;
  readonly ModelPackageGroupName?: string | undefined;
  readonly ModelPackageVersion?: number | undefined;
  readonly ModelApprovalStatus?: ModelApproval | undefined;
  readonly ModelPackageDescription?: string | undefined;
}): ModelPackage {
  return {
    kind: "model-package",
    group: found.ModelPackageGroupName ?? "",
    version: found.ModelPackageVersion ?? 0,
    arn: found.ModelPackageArn ?? "",
    approval: found.ModelApprovalStatus ?? "PendingManualApproval",
    description: found.ModelPackageDescription,
  };
}

/** Looks a version up. */
export async function describePackage(
  session: Session,
  arn: string,
  signal: AbortSignal | undefined,
): Promise<ModelPackage> {
  const request = { ModelPackageName: arn };
  return toModelPackage(await call(session, "sagemaker", "DescribeModelPackage", request, { signal }));
}
