import { call, isNotFound } from "../aws/call.js";
import type { WaitOptions } from "../aws/poll.js";
import { deleteModel } from "../models/delete-model.js";
import type { Session } from "../session.js";
import { deregisterAutoscaling } from "./deregister-autoscaling.js";
import { type Endpoint, endpointName } from "./endpoint.js";
import { isOurs, removeFormerConfig } from "./former-config.js";
import { findLiveUse, type Kept, type LiveUse } from "./live-use.js";
import { settleEndpoint } from "./settle-endpoint.js";

/** Something that was deleted. */
export interface Deleted {
  /** What it was. */
  readonly resource:
    | "autoscaling"
    | "endpoint"
    | "endpoint-config"
    | "model"
    | "training-job"
    | "processing-job";
  /** Its name; of autoscaling `endpoint/variant`. */
  readonly name: string;
}

/** What a clean-up did. */
export interface Deletion {
  /** What was deleted, in order. */
  readonly deleted: readonly Deleted[];
  /** What was left, because something live uses it. */
  readonly kept: readonly Kept[];
}

/**
 * Deletes the endpoint and what was made for it: its scaling, its configurations and models that carry this
 * package's tag. Waits until the endpoint is gone. Deleting what is gone already is no error. A model or configuration
 * that another live endpoint or a running transform job uses is left, and named.
 *
 * @param options `timeoutMs` default: 4 hours
 * @throws AwsRequestError, WaitTimeoutError
 * @example
 * ```ts
 * const { deleted, kept } = await deleteEndpoint(session, "drivers");
 * // deleted: [{ resource: "endpoint", name: "drivers" }, { resource: "endpoint-config", ... }], kept: []
 * ```
 */
export async function deleteEndpoint(
  session: Session,
  endpoint: Endpoint | string,
  options: WaitOptions = {},
): Promise<Deletion> {
  const name = endpointName(endpoint);
  const { signal } = options;
  signal?.throwIfAborted();
  const deleted: Deleted[] = [];
  const kept: Kept[] = [];
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
  let use: Promise<LiveUse> | undefined;
  const findUse = () => {
    use ??= findLiveUse(session, signal);
    return use;
  };
  for (const config of configs) {
    const former = await removeFormerConfig(session, name, config, findUse, signal);
    deleted.push(...former.deleted);
    kept.push(...former.kept);
  }
  for (const model of await orphanedModels(session, name, signal)) {
    const usedBy = (await findUse()).models.get(model);
    if (usedBy === undefined) {
      if (await deleteModel(session, model, { signal })) deleted.push({ resource: "model", name: model });
    } else if (!kept.some((left) => left.resource === "model" && left.name === model)) {
      kept.push({ resource: "model", name: model, usedBy });
    }
  }
  return { deleted, kept };
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

/** Models that were made for the endpoint and that no configuration of it names any more. */
async function orphanedModels(
  session: Session,
  name: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
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
  return orphans;
}

/** What nameWith() leaves of a long name: the digest after it takes 13 of the 63 characters. */
function stem(name: string): string {
  return name.slice(0, 50).replace(/-+$/, "");
}
