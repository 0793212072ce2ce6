import type { Cloud } from "../cloud.js";
import type { Deployment } from "../sagemaker/hosting/deployment.js";
import { describeEndpoint, type Endpoint } from "../sagemaker/hosting/endpoint.js";
import { describeProcessingJob, type ProcessingJob } from "../sagemaker/processing/job.js";
import { describeTrainingJob, type TrainingJob } from "../sagemaker/training/job.js";
import { describeTransformJob, type TransformJob } from "../sagemaker/transform/job.js";

/** Buses refuse `aws.*` from anyone but AWS: rules that are to work in both places match this and `aws.sagemaker`. */
const SOURCE = "sightline.sagemaker";

interface Resource {
  readonly arn: string;
  readonly status: string;
  readonly secondaryStatus?: string;
}

/** Puts an event on the emulator's bus, if there is one, whenever a job comes into another state. */
export function announceJobs(cloud: Cloud): void {
  follow<TrainingJob>(cloud, "training-jobs", "Training Job", describeTrainingJob);
  follow<ProcessingJob>(cloud, "processing-jobs", "Processing Job", describeProcessingJob);
  follow<TransformJob>(cloud, "transform-jobs", "Transform Job", describeTransformJob);
}

/** The same of endpoints. */
export function announceEndpoints(
  cloud: Cloud,
  deployment: (endpointName: string) => Deployment | undefined,
): void {
  follow<Endpoint>(cloud, "endpoints", "Endpoint", (endpoint) => {
    const described = describeEndpoint(endpoint, deployment(endpoint.name));
    // In events AWS writes an endpoint's states as constants: IN_SERVICE, ROLLING_BACK.
    const status = endpoint.status.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
    return { ...described, EndpointStatus: status };
  });
}

/** AWS's detail types and details. An event that is not taken is told to the logger: nobody's job fails of it. */
function follow<Value extends Resource>(
  { emulator, records, logger, closing }: Cloud,
  kind: string,
  type: string,
  describe: (value: Value) => object,
): void {
  if (emulator === undefined) return;
  const send = (resource: Resource, detail: object): void => {
    const event = {
      Source: SOURCE,
      DetailType: `SageMaker ${type} State Change`,
      Resources: [resource.arn],
      Detail: JSON.stringify(withTimes(detail)),
    };
    emulator.putEvent(event).catch((error: unknown) => {
      if (closing.aborted) return;
      logger.warn(`The event bus at ${emulator.url} was not told of ${resource.arn}: ${String(error)}`);
    });
  };
  records.watch<Value>(kind, (next, former) => {
    const stays = former?.status === next.status && former.secondaryStatus === next.secondaryStatus;
    if (!stays) send(next, describe(next));
  });
}

/** Times in events are milliseconds since 1970, not text as JSON would have them. */
function withTimes(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(withTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withTimes(member)]));
}
