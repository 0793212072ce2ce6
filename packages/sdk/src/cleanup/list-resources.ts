import pLimit from "p-limit";
import { call, isUnsupported } from "../aws/call.js";
import { SESSION_TAG, type Session } from "../session.js";

/** Something in SageMaker that carries a tag. */
export interface Resource {
  /** What it is. */
  readonly resource: "endpoint" | "endpoint-config" | "model" | "training-job" | "processing-job";
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** ARN, as AWS gives it. */
  readonly arn: string;
  /** When it was made; undefined when the service does not say. */
  readonly createdAt: Date | undefined;
  /** All of its tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What is looked for. */
export interface ListResourcesOptions {
  /** Tags that all must match. Default: the session's own tag. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Leave out what is older: each thing costs a request for its tags. */
  readonly createdAfter?: Date;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
}

interface Found {
  readonly resource: Resource["resource"];
  readonly name: string | undefined;
  readonly arn: string | undefined;
  readonly createdAt: Date | undefined;
}

interface Page {
  readonly found: readonly Found[];
  readonly nextToken: string | undefined;
}

interface PageRequest {
  NextToken?: string;
  CreationTimeAfter?: Date;
  MaxResults: number;
}

/** The lists to go through, in the order in which things can be deleted. */
const lists: readonly ((
  session: Session,
  request: PageRequest,
  signal: AbortSignal | undefined,
) => Promise<Page>)[] = [
  async (session, request, signal) => {
    const page = await call(session, "sagemaker", "ListEndpoints", request, { signal });
    const found = (page.Endpoints ?? []).map((item) => ({
      resource: "endpoint" as const,
      name: item.EndpointName,
      arn: item.EndpointArn,
      createdAt: item.CreationTime,
    }));
    return { found, nextToken: page.NextToken };
  },
  async (session, request, signal) => {
    const page = await call(session, "sagemaker", "ListEndpointConfigs", request, { signal });
    const found = (page.EndpointConfigs ?? []).map((item) => ({
      resource: "endpoint-config" as const,
      name: item.EndpointConfigName,
      arn: item.EndpointConfigArn,
      createdAt: item.CreationTime,
    }));
    return { found, nextToken: page.NextToken };
  },
  async (session, request, signal) => {
    const page = await call(session, "sagemaker", "ListModels", request, { signal });
    const found = (page.Models ?? []).map((item) => ({
      resource: "model" as const,
      name: item.ModelName,
      arn: item.ModelArn,
      createdAt: item.CreationTime,
    }));
    return { found, nextToken: page.NextToken };
  },
  async (session, request, signal) => {
    const page = await call(session, "sagemaker", "ListTrainingJobs", request, { signal });
    const found = (page.TrainingJobSummaries ?? []).map((item) => ({
      resource: "training-job" as const,
      name: item.TrainingJobName,
      arn: item.TrainingJobArn,
      createdAt: item.CreationTime,
    }));
    return { found, nextToken: page.NextToken };
  },
  async (session, request, signal) => {
    const page = await call(session, "sagemaker", "ListProcessingJobs", request, { signal }).catch(
      (error) => {
        // Where there are no processing jobs there is none to be deleted.
        if (isUnsupported(error)) return {} as { ProcessingJobSummaries?: undefined; NextToken?: undefined };
        throw error;
      },
    );
    const found = (page.ProcessingJobSummaries ?? []).map((item) => ({
      resource: "processing-job" as const,
      name: item.ProcessingJobName,
      arn: item.ProcessingJobArn,
      createdAt: item.CreationTime,
    }));
    return { found, nextToken: page.NextToken };
  },
];

/** Requests for tags at a time; SageMaker throttles ListTags early. */
const TAG_CONCURRENCY = 4;

/**
 * Lists what carries the given tags: endpoints, configurations, models, jobs. SageMaker's lists cannot be
 * searched by tag, so each thing's tags are asked for; `createdAfter` keeps that short in a large account.
 *
 * @throws AwsRequestError when the service refuses it or cannot be reached
 * @example
 * ```ts
 * for (const { resource, name } of await listResources(session)) console.log(resource, name); // "endpoint" "drivers"
 * ```
 */
export async function listResources(
  session: Session,
  options: ListResourcesOptions = {},
): Promise<readonly Resource[]> {
  const { signal, createdAfter } = options;
  const wanted = Object.entries(options.tags ?? { [SESSION_TAG]: session.id });
  const limit = pLimit(TAG_CONCURRENCY);
  const resources: Resource[] = [];
  for (const list of lists) {
    let nextToken: string | undefined;
    do {
      const request: PageRequest = {
        MaxResults: 100,
        ...(nextToken === undefined ? {} : { NextToken: nextToken }),
        ...(createdAfter === undefined ? {} : { CreationTimeAfter: createdAfter }),
      };
      const page: Page = await list(session, request, signal);
      const tagged = await Promise.all(
        page.found.map((found) =>
          limit(async (): Promise<Resource> => {
            const { name = "", arn = "", resource, createdAt } = found;
            return { resource, name, arn, createdAt, tags: await tagsOf(session, arn, signal) };
          }),
        ),
      );
      resources.push(...tagged.filter(({ tags }) => wanted.every(([key, value]) => tags[key] === value)));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }
  return resources;
}

async function tagsOf(
  session: Session,
  arn: string,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, string>>> {
  const tags: Record<string, string> = {};
  let NextToken: string | undefined;
  do {
    const page = await call(session, "sagemaker", "ListTags", { ResourceArn: arn, NextToken }, { signal });
    for (const { Key, Value } of page.Tags ?? []) if (Key !== undefined) tags[Key] = Value ?? "";
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return tags;
}
