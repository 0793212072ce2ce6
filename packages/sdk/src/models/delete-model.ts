import { call, isNotFound } from "../aws/call.js";
import type { Session } from "../session.js";
import type { Model } from "./model.js";

/**
 * Deletes a model; its artefact in S3 stays.
 *
 * @returns false when there was none
 * @throws AwsRequestError when the service refuses it or cannot be reached
 * @example
 * ```ts
 * await deleteModel(session, "drivers-1"); // true
 * ```
 */
export async function deleteModel(
  session: Session,
  model: Model | string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<boolean> {
  const ModelName = typeof model === "string" ? model : model.name;
  try {
    await call(session, "sagemaker", "DeleteModel", { ModelName }, { signal: options.signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
