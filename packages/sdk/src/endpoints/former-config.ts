import { call, isNotFound, orUndefined } from "../aws/call.js";
import { ENDPOINT_TAG } from "../checks/tags.js";
import { deleteModel } from "../models/create-model.js";
import type { Session } from "../session.js";

/** Something that was deleted. */
export interface Removed {
  readonly resource: "endpoint-config" | "model";
  readonly name: string;
}

/**
 * Deletes a configuration, and its models, that this package made for the endpoint. What carries no such
 * tag was made by others and stays.
 *
 * @param keepModels models that are in use still
 */
export async function removeFormerConfig(
  session: Session,
  endpoint: string,
  configName: string,
  keepModels: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly Removed[]> {
  const config = await orUndefined(
    call(session, "sagemaker", "DescribeEndpointConfig", { EndpointConfigName: configName }, { signal }),
  );
  if (config === undefined || !(await isOurs(session, config.EndpointConfigArn, endpoint, signal))) return [];
  const removed: Removed[] = [];
  if (await deleteConfig(session, configName, signal))
    removed.push({ resource: "endpoint-config", name: configName });
  for (const { ModelName } of config.ProductionVariants ?? []) {
    if (ModelName === undefined || keepModels.includes(ModelName)) continue;
    const model = await orUndefined(call(session, "sagemaker", "DescribeModel", { ModelName }, { signal }));
    if (model === undefined || !(await isOurs(session, model.ModelArn, endpoint, signal))) continue;
    if (await deleteModel(session, ModelName, { signal }))
      removed.push({ resource: "model", name: ModelName });
  }
  return removed;
}

/** The models of a configuration. */
export async function modelsOf(
  session: Session,
  configName: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const config = await orUndefined(
    call(session, "sagemaker", "DescribeEndpointConfig", { EndpointConfigName: configName }, { signal }),
  );
  return (config?.ProductionVariants ?? []).flatMap(({ ModelName }) => ModelName ?? []);
}

/** True when the thing carries the tag that this package gave it for that endpoint. */
export async function isOurs(
  session: Session,
  arn: string | undefined,
  endpoint: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { Tags = [] } = await call(session, "sagemaker", "ListTags", { ResourceArn: arn }, { signal });
  return Tags.some((tag) => tag.Key === ENDPOINT_TAG && tag.Value === endpoint);
}

async function deleteConfig(
  session: Session,
  name: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    await call(session, "sagemaker", "DeleteEndpointConfig", { EndpointConfigName: name }, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
