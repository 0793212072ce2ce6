import { call, isNotFound } from "../aws/call.js";
import type { Session } from "../session.js";
import { type ModelApproval, type ModelPackage, toModelPackage } from "./model-package.js";

/** Which versions are listed. */
export interface ListRegisteredModelsOptions {
  /** Those of which this is said. Default: all. */
  readonly approval?: ModelApproval;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/**
 * Lists the versions of a group, the newest first, page by page.
 *
 * @throws AwsRequestError when there is no such group
 * @example
 * ```ts
 * for await (const { version, approval } of listRegisteredModels(session, "drivers")) console.log(version, approval);
 * ```
 */
export async function* listRegisteredModels(
  session: Session,
  group: string,
  { approval, signal }: ListRegisteredModelsOptions = {},
): AsyncGenerator<ModelPackage, void, undefined> {
  let NextToken: string | undefined;
  do {
    const page = await call(
      session,
      "sagemaker",
      "ListModelPackages",
      {
        ModelPackageGroupName: group,
        SortBy: "CreationTime",
        SortOrder: "Descending",
        NextToken,
        ...(approval === undefined ? {} : { ModelApprovalStatus: approval }),
      },
      { signal },
    );
    for (const found of page.ModelPackageSummaryList ?? []) yield toModelPackage(found);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
}

/**
 * The newest version of a group that is approved: what deployEndpoint() takes as its `model`.
 *
 * @returns undefined when none is approved, or there is no such group
 * @throws AwsRequestError when the service refuses it or cannot be reached
 * @example
 * ```ts
 * const model = await latestApprovedModel(session, "drivers");
 * if (model !== undefined) await deployEndpoint(session, { name: "drivers", model, instance: { type: "ml.m5.xlarge" } });
 * ```
 */
export async function latestApprovedModel(
  session: Session,
  group: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ModelPackage | undefined> {
  try {
    for await (const found of listRegisteredModels(session, group, { ...options, approval: "Approved" }))
      return found;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return undefined;
}

/**
 * Deletes a registered version. Models and endpoints that were made of it stay.
 *
 * @param version what registerModel() gave, or its ARN
 * @returns false when there was none
 * @throws AwsRequestError when the service refuses it or cannot be reached
 * @example
 * ```ts
 * await deleteRegisteredModel(session, version); // true
 * ```
 */
export async function deleteRegisteredModel(
  session: Session,
  version: ModelPackage | string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  const ModelPackageName = typeof version === "string" ? version : version.arn;
  try {
    await call(session, "sagemaker", "DeleteModelPackage", { ModelPackageName }, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
