import { call, isNotFound, orUndefined } from "../aws/call.js";
import { ENDPOINT_TAG } from "../checks/tags.js";
import { deleteModel } from "../models/delete-model.js";
import type { Session } from "../session.js";
import type { Kept, LiveUse } from "./live-use.js";

/** A configuration or model that was deleted. */
export interface Removed {
  readonly resource: "endpoint-config" | "model";
  readonly name: string;
}

/**
 * Deletes a configuration, and its models, that this package made for the endpoint. What carries no such
 * tag was made by others and stays; what anything live uses stays and is named.
 *
 * @param findUse is called when there is something to delete
 */
export async function removeFormerConfig(
  session: Session,
  endpoint: string,
  configName: string,
  findUse: () => Promise<LiveUse>,
  signal: AbortSignal | undefined,
): Promise<{ readonly deleted: readonly Removed[]; readonly kept: readonly Kept[] }> {
  const deleted: Removed[] = [];
  const kept: Kept[] = [];
  const config = await orUndefined(
    call(session, "sagemaker", "DescribeEndpointConfig", { EndpointConfigName: configName }, { signal }),
  );
  if (config === undefined || !(await isOurs(session, config.EndpointConfigArn, endpoint, signal)))
    return { deleted, kept };
  const use = await findUse();
  const configUser = use.configs.get(configName);
  if (configUser !== undefined)
    kept.push({ resource: "endpoint-config", name: configName, usedBy: configUser });
  else if (await deleteConfig(session, configName, signal))
    deleted.push({ resource: "endpoint-config", name: configName });
  for (const { ModelName: name } of config.ProductionVariants ?? []) {
    if (name === undefined) continue;
    const model = await orUndefined(
      call(session, "sagemaker", "DescribeModel", { ModelName: name }, { signal }),
    );
    if (model === undefined || !(await isOurs(session, model.ModelArn, endpoint, signal))) continue;
    const usedBy = use.models.get(name);
    if (usedBy !== undefined) kept.push({ resource: "model", name, usedBy });
    else if (await deleteModel(session, name, { signal })) deleted.push({ resource: "model", name });
  }
  return { deleted, kept };
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

/** Deletes a configuration. False when there was none. */
export async function deleteConfig(
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
