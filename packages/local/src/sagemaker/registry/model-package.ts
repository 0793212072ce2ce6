import type { Cloud } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import type { RecordStore } from "../../state/record-store.js";
import type { Kept } from "../listing.js";
import type { SageMakerInput, SageMakerOutput } from "../operation-types.js";

/** The CreateModelPackage call. */
export type ModelPackageRequest = SageMakerInput<"CreateModelPackage">;
/** What a version may be: to be deployed, or not, or nobody has said yet. */
export type Approval = NonNullable<ModelPackageRequest["ModelApprovalStatus"]>;

/** A group of model packages as it is kept. */
export interface ModelPackageGroup extends Kept {
  readonly description?: string;
  /** Of the newest version; a number is never used again. */
  readonly lastVersion: number;
}

/** A model package, as a rule a version of a group, as it is kept. */
export interface ModelPackage extends Kept {
  /** In listings: of a version its group and number, filled up so that they sort. */
  readonly name: string;
  readonly request: ModelPackageRequest;
  /** Undefined for a package that belongs to no group. */
  readonly group?: { readonly name: string; readonly version: number };
  readonly approval?: Approval;
  readonly approvalDescription?: string;
}

/** Name of a group, which may be given by its ARN. */
export function groupName(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}

/**
 * Finds a package by its ARN, or by its name when it belongs to no group.
 *
 * @throws AwsError ValidationException, worded as AWS words it
 */
export function findPackage(packages: RecordStore<ModelPackage>, nameOrArn: string): ModelPackage {
  const found = packages
    .all()
    .find(({ arn, name, group }) =>
      nameOrArn.startsWith("arn:") ? arn === nameOrArn : group === undefined && name === nameOrArn,
    );
  if (found !== undefined) return found;
  throw new AwsError("ValidationException", `ModelPackage ${nameOrArn} does not exist.`);
}

/**
 * The container of a package that is to be deployed.
 *
 * @throws AwsError ValidationException for a package that is not there, not approved, or has not one container
 */
export function packagedContainer(packages: RecordStore<ModelPackage>, nameOrArn: string) {
  const { arn, approval, request } = findPackage(packages, nameOrArn);
  if (approval !== undefined && approval !== "Approved") {
    throw new AwsError(
      "ValidationException",
      `Model package ${arn} cannot be deployed: its approval status is ${approval}, not Approved.`,
    );
  }
  const [container, ...others] = request.InferenceSpecification?.Containers ?? [];
  if (container === undefined || others.length > 0) {
    throw new AwsError(
      "ValidationException",
      `The local SageMaker deploys packages of one container; ${arn} has ${others.length + (container === undefined ? 0 : 1)}.`,
    );
  }
  const { Image, ModelDataUrl, ModelDataSource, Environment } = container;
  return {
    ...(Image === undefined ? {} : { Image }),
    ...(ModelDataUrl === undefined ? {} : { ModelDataUrl }),
    ...(ModelDataSource === undefined ? {} : { ModelDataSource }),
    ...(Environment === undefined ? {} : { Environment }),
  };
}

/** What tells a package from others, in every answer. */
export function showPackage(found: ModelPackage) {
  const { group, request } = found;
  return {
    ModelPackageArn: found.arn,
    ModelPackageName: group?.name ?? found.name,
    ModelPackageGroupName: group?.name,
    ModelPackageVersion: group?.version,
    ModelPackageDescription: request.ModelPackageDescription,
    CreationTime: new Date(found.created),
    ModelPackageStatus: "Completed" as const,
    ModelApprovalStatus: found.approval,
  };
}

/** What DescribeModelPackage answers. */
export function describePackage(found: ModelPackage): SageMakerOutput<"DescribeModelPackage"> {
  const { Tags: _tags, ClientToken: _token, ...request } = found.request;
  return {
    ...request,
    ...showPackage(found),
    ApprovalDescription: found.approvalDescription,
    LastModifiedTime: new Date(found.modified),
    ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
    CreatedBy: {},
    LastModifiedBy: {},
  };
}

/** Where an ARN of the registry begins. */
export function registryArn({ region, account }: Cloud, kind: string, name: string): string {
  return `arn:aws:sagemaker:${region}:${account}:${kind}/${name.toLowerCase()}`;
}
