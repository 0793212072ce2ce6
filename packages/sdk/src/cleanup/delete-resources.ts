import pLimit from "p-limit";
import type { WaitOptions } from "../aws/poll.js";
import { type Deleted, type Deletion, deleteEndpoint } from "../endpoints/delete-endpoint.js";
import { deleteConfig } from "../endpoints/former-config.js";
import { findLiveUse, type Kept, type LiveUse } from "../endpoints/live-use.js";
import { deleteModel } from "../models/delete-model.js";
import { deleteProcessingJob } from "../processing/delete-processing-job.js";
import type { Session } from "../session.js";
import { deleteTrainingJob } from "../training/delete-training-job.js";
import { runLimited } from "../wait/run-limited.js";
import { type ListResourcesOptions, listResources, type Resource } from "./list-resources.js";

/** How many endpoints are deleted at a time: each takes up to minutes on AWS. */
const ENDPOINT_CONCURRENCY = 4;

/**
 * Deletes everything that carries the given tags (default: all that this session made): endpoints with
 * their scaling first, then configurations, models and the records of jobs, which are stopped if they run.
 * Objects in S3 stay; see deleteFiles(). A configuration or model that anything live uses, also another run's
 * endpoint, is left, and named in the answer.
 *
 * @throws AwsRequestError, WaitTimeoutError
 * @example
 * ```ts
 * const { deleted, kept } = await deleteResources(session);
 * // kept: [{ resource: "model", name: "drivers-0f3a5b8c1d2e", usedBy: "endpoint drivers" }]
 * ```
 */
export async function deleteResources(
  session: Session,
  options: ListResourcesOptions & WaitOptions = {},
): Promise<Deletion> {
  const { signal } = options;
  const deleted: Deleted[] = [];
  const kept = new Map<string, Kept>();
  const keep = (left: Kept) => kept.set(`${left.resource} ${left.name}`, left);
  const resources = await listResources(session, options);
  const endpoints = resources.filter(({ resource }) => resource === "endpoint");
  const ended = await runLimited(endpoints, pLimit(ENDPOINT_CONCURRENCY), signal, ({ name }, stop) =>
    deleteEndpoint(session, name, { ...options, signal: stop }),
  );
  for (const gone of ended) {
    deleted.push(...gone.deleted);
    gone.kept.forEach(keep);
  }
  // Looked up once the endpoints of our own are gone.
  const mayBeUsed =
    kept.size > 0 || resources.some(({ resource }) => resource === "endpoint-config" || resource === "model");
  const use = mayBeUsed ? await findLiveUse(session, signal) : NOTHING;
  const userOf = (resource: Resource["resource"], name: string) =>
    resource === "endpoint-config"
      ? use.configs.get(name)
      : resource === "model"
        ? use.models.get(name)
        : undefined;
  // What one endpoint left for another of ours.
  for (const [key, { resource, name }] of kept) {
    if (userOf(resource, name) !== undefined) continue;
    kept.delete(key);
    if (await deleteOne(session, resource, name, options)) deleted.push({ resource, name });
  }
  for (const { resource, name } of resources) {
    if (resource === "endpoint") continue;
    // Deleted with its endpoint, it is still in the list that was made before.
    if (deleted.some((gone) => gone.resource === resource && gone.name === name)) continue;
    const usedBy = userOf(resource, name);
    if (usedBy !== undefined) keep({ resource: resource as Kept["resource"], name, usedBy });
    else if (await deleteOne(session, resource, name, options)) deleted.push({ resource, name });
  }
  return { deleted, kept: [...kept.values()] };
}

const NOTHING: LiveUse = { configs: new Map(), models: new Map() };

/** False when it is gone already: deleted with its endpoint, or by somebody else. */
async function deleteOne(
  session: Session,
  resource: Exclude<Resource["resource"], "endpoint">,
  name: string,
  options: WaitOptions,
): Promise<boolean> {
  const { signal } = options;
  switch (resource) {
    case "endpoint-config":
      return deleteConfig(session, name, signal);
    case "model":
      return deleteModel(session, name, { signal });
    case "training-job":
      return deleteTrainingJob(session, name, options);
    case "processing-job":
      return deleteProcessingJob(session, name, options);
  }
}
