import { call, isNotFound } from "../aws/call.js";
import type { Session } from "../session.js";
import type { WaitOptions } from "../wait/poll.js";
import { deregisterAutoscaling } from "./autoscaling.js";
import { type Endpoint, endpointName } from "./endpoint.js";
import { isOurs, removeFormerConfig } from "./former-config.js";
import { settleEndpoint } from "./wait-for-endpoint.js";

/** Something that was deleted. */
export interface Deleted {
  readonly resource:
    | "autoscaling"
    | "endpoint"
    | "endpoint-config"
    | "model"
    | "training-job"
    | "processing-job";
  readonly name: string;
}

/**
 * Deletes the endpoint and what was made for it: its scaling, its configurations and models that carry this
 * package's tag. Waits until the endpoint is gone. Deleting what is gone already is no error.
 *
 * @returns what was deleted, in order
 */
export async function deleteEndpoint(
  session: Session,
  endpoint: Endpoint | string,
  options: WaitOptions = {},
): Promise<readonly Deleted[]> {
  const name = endpointName(endpoint);
  const { signal } = options;
  signal?.throwIfAborted();
  const deleted: Deleted[] = [];
  // An endpoint that is being changed cannot be deleted.
  const settled = await settleEndpoint(session, name, options);
  for (const variant of settled?.variants ?? []) {
    if (await deregisterAutoscaling(session, name, { variantName: variant.name, signal })) {
      deleted.push({ resource: "autoscaling", name: `${name}/${variant.name}` });
    }
  }
  if (settled !== undefined && (await deleteOnly(session, name, signal))) {
    await settleEndpoint(session, name, options, () => false);
    deleted.push({ resource: "endpoint", name });
  }
  const configs = new Set(settled === undefined ? [] : [settled.configName]);
  for await (const config of configsFor(session, name, signal)) configs.add(config);
  for (const config of configs)
    deleted.push(...(await removeFormerConfig(session, name, config, [], signal)));
  deleted.push(...(await deleteOrphanedModels(session, name, signal)));
  return deleted;
}

async function deleteOnly(session: Session, name: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await call(session, "sagemaker", "DeleteEndpoint", { EndpointName: name }, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Configurations whose name begins with the endpoint's: also those left by deployments that failed. */
async function* configsFor(
  session: Session,
  name: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, undefined> {
  let NextToken: string | undefined;
  do {
    const page = await call(
      session,
      "sagemaker",
      "ListEndpointConfigs",
      { NameContains: stem(name), NextToken },
      { signal },
    );
    for (const { EndpointConfigName: found } of page.EndpointConfigs ?? []) {
      if (found?.startsWith(stem(name))) yield found;
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
}

async function deleteOrphanedModels(
  session: Session,
  name: string,
  signal: AbortSignal | undefined,
): Promise<readonly Deleted[]> {
  const orphans: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await call(
      session,
      "sagemaker",
      "ListModels",
      { NameContains: stem(name), NextToken },
      { signal },
    );
    for (const { ModelName, ModelArn } of page.Models ?? []) {
      if (ModelName?.startsWith(stem(name)) && (await isOurs(session, ModelArn, name, signal)))
        orphans.push(ModelName);
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  for (const ModelName of orphans) await call(session, "sagemaker", "DeleteModel", { ModelName }, { signal });
  return orphans.map((model) => ({ resource: "model", name: model }));
}

/** What nameWith() leaves of a long name: the digest after it takes 13 of the 63 characters. */
function stem(name: string): string {
  return name.slice(0, 50).replace(/-+$/, "");
}
