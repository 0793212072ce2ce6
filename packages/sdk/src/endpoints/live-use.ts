import pLimit from "p-limit";
import { call, isUnsupported, orUndefined } from "../aws/call.js";
import type { Session } from "../session.js";
import { runLimited } from "../wait/run-limited.js";

/** What was left because something live uses it. */
export interface Kept {
  /** What it is. */
  readonly resource: "endpoint-config" | "model";
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** For example `endpoint drivers`, or `transform job transform-20261122-045638-1a2b3c`. */
  readonly usedBy: string;
}

/** Who uses what: names of configurations and of models, each with one live user. */
export interface LiveUse {
  readonly configs: ReadonlyMap<string, string>;
  readonly models: ReadonlyMap<string, string>;
}

/** Requests at a time. */
const CONCURRENCY = 4;

/**
 * Looks through all endpoints of the region, whoever made them, and the transform jobs that run. AWS forbids to delete
 * a configuration that a live endpoint uses, but does it when asked: the endpoint can no longer be updated then.
 * Inference components are not looked through.
 */
export async function findLiveUse(session: Session, signal: AbortSignal | undefined): Promise<LiveUse> {
  const configs = new Map<string, string>();
  const models = new Map<string, string>();
  const limit = pLimit(CONCURRENCY);
  await runLimited(await endpointNames(session, signal), limit, signal, async (name, stop) => {
    const found = await orUndefined(
      call(session, "sagemaker", "DescribeEndpoint", { EndpointName: name }, { signal: stop }),
    );
    // The second is a deployment's that is under way.
    for (const config of [found?.EndpointConfigName, found?.PendingDeploymentSummary?.EndpointConfigName]) {
      if (config !== undefined) configs.set(config, `endpoint ${name}`);
    }
  });
  await runLimited([...configs], limit, signal, async ([EndpointConfigName, user], stop) => {
    const found = await orUndefined(
      call(session, "sagemaker", "DescribeEndpointConfig", { EndpointConfigName }, { signal: stop }),
    );
    const variants = [...(found?.ProductionVariants ?? []), ...(found?.ShadowProductionVariants ?? [])];
    for (const { ModelName } of variants) if (ModelName !== undefined) models.set(ModelName, user);
  });
  await runLimited(
    await runningTransforms(session, signal),
    limit,
    signal,
    async (TransformJobName, stop) => {
      const found = await orUndefined(
        call(session, "sagemaker", "DescribeTransformJob", { TransformJobName }, { signal: stop }),
      );
      if (found?.ModelName !== undefined) models.set(found.ModelName, `transform job ${TransformJobName}`);
    },
  );
  return { configs, models };
}

async function endpointNames(session: Session, signal: AbortSignal | undefined): Promise<string[]> {
  const names: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await call(
      session,
      "sagemaker",
      "ListEndpoints",
      { MaxResults: 100, NextToken },
      { signal },
    );
    names.push(...(page.Endpoints ?? []).flatMap(({ EndpointName }) => EndpointName ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return names;
}

async function runningTransforms(session: Session, signal: AbortSignal | undefined): Promise<string[]> {
  const names: string[] = [];
  let NextToken: string | undefined;
  do {
    const request = { StatusEquals: "InProgress" as const, MaxResults: 100, NextToken };
    try {
      const page = await call(session, "sagemaker", "ListTransformJobs", request, { signal });
      names.push(
        ...(page.TransformJobSummaries ?? []).flatMap(({ TransformJobName }) => TransformJobName ?? []),
      );
      NextToken = page.NextToken;
    } catch (error) {
      if (!isUnsupported(error)) throw error;
      return []; // Where there are no transform jobs none runs.
    }
  } while (NextToken !== undefined);
  return names;
}
