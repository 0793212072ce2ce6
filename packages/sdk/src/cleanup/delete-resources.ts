import { call, isNotFound } from "../aws/call.js";
import { type Deleted, deleteEndpoint } from "../endpoints/delete-endpoint.js";
import { deleteProcessingJob } from "../jobs/wait-for-processing-job.js";
import { deleteModel } from "../models/create-model.js";
import type { Session } from "../session.js";
import { deleteTrainingJob } from "../training/end-training-job.js";
import type { WaitOptions } from "../wait/poll.js";
import { type ListResourcesOptions, listResources, type Resource } from "./list-resources.js";

/**
 * Deletes everything that carries the given tags (default: all that this session made): endpoints with
 * their scaling first, then configurations, models and the records of jobs, which are stopped if they run.
 * Objects in S3 stay; see deleteFiles().
 *
 * @returns what was deleted, in order
 */
export async function deleteResources(
  session: Session,
  options: ListResourcesOptions & WaitOptions = {},
): Promise<readonly Deleted[]> {
  const deleted: Deleted[] = [];
  for (const resource of await listResources(session, options)) {
    for (const gone of await deleteOne(session, resource, options)) deleted.push(gone);
  }
  return deleted;
}

async function deleteOne(
  session: Session,
  found: Resource,
  options: WaitOptions,
): Promise<readonly Deleted[]> {
  const { resource, name } = found;
  const { signal } = options;
  const one = (done: boolean): readonly Deleted[] => (done ? [{ resource, name }] : []);
  switch (resource) {
    case "endpoint":
      return deleteEndpoint(session, name, options);
    case "endpoint-config":
      return one(await deleteConfig(session, name, signal));
    case "model":
      return one(await deleteModel(session, name, { signal }));
    case "training-job":
      return one(await deleteTrainingJob(session, name, options));
    case "processing-job":
      return one(await deleteProcessingJob(session, name, options));
  }
}

async function deleteConfig(
  session: Session,
  name: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    // Deleted with its endpoint, it is still in the list that was made before.
    await call(session, "sagemaker", "DescribeEndpointConfig", { EndpointConfigName: name }, { signal });
    await call(session, "sagemaker", "DeleteEndpointConfig", { EndpointConfigName: name }, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
