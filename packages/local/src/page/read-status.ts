import {
  isAccelerated,
  type PriceRow,
  type PriceTable,
  type PriceUse,
  priceOf,
} from "@sightline/contract/price-table";
import type { ScalingActivity } from "../autoscaling/scaling.js";
import type { Cloud } from "../cloud.js";
import type { MetricStore } from "../metrics/metric-store.js";
import { statistic } from "../metrics/statistics.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import type { RecordStore } from "../state/record-store.js";
import type { Service } from "../wire/service.js";

/** What the page shows is read from here; nothing is changed. */
export interface PageSources {
  readonly cloud: Cloud;
  readonly sagemaker: Service;
  readonly endpoints: Pick<EndpointService, "endpoints" | "deployment">;
  readonly metrics: MetricStore;
  readonly activities: Pick<RecordStore<ScalingActivity>, "all">;
  /** Asynchronous invocations of an endpoint that wait or are worked on. */
  readonly backlog: (endpointName: string) => number;
}

/** A job as the page shows it. */
export interface JobStatus {
  readonly kind: JobKind;
  readonly name: string;
  readonly status: string;
  readonly createdMs: number;
  readonly endedMs: number | undefined;
}

/** Kinds of jobs, as they stand in addresses. */
export type JobKind = "training" | "processing" | "transform";
/** Their word in SageMaker's operations. */
export const JOB_WORDS = { training: "Training", processing: "Processing", transform: "Transform" } as const;

/** A variant as the page shows it. */
export interface VariantStatus {
  readonly name: string;
  readonly instanceType: string;
  readonly desired: number;
  readonly healthy: number;
  readonly inFlight: number;
  readonly weight: number;
  /** In the last minutes, as many as {@link WINDOW_MS} holds. */
  readonly invocations: number;
  readonly errors: number;
  /** Median and 95th percentile of ModelLatency, ms; undefined without an invocation. */
  readonly latencyMs: readonly [median: number, high: number] | undefined;
  /** What its instances would cost on AWS; undefined: price unknown. */
  readonly price: PriceRow | undefined;
  readonly accelerated: boolean;
}

/** An endpoint as the page shows it. */
export interface EndpointStatus {
  readonly name: string;
  readonly status: string;
  readonly createdMs: number;
  readonly failureReason: string | undefined;
  readonly variants: readonly VariantStatus[];
  /** Undefined for an endpoint that answers at once. */
  readonly backlog: number | undefined;
}

/** Time that figures of invocations are of. */
export const WINDOW_MS = 15 * 60_000;
/** The access key that the page's look-ups go by: none, since it comes without one. */
export const PAGE_CALLER = "page";

/** The newest jobs of all kinds, the newest first. */
export async function readJobs({ sagemaker }: PageSources, most: number): Promise<JobStatus[]> {
  const found = await Promise.all(
    (Object.keys(JOB_WORDS) as JobKind[]).map(async (kind) => {
      const word = JOB_WORDS[kind];
      const request = { MaxResults: most, SortBy: "CreationTime", SortOrder: "Descending" };
      const page = (await sagemaker.call(`List${word}Jobs`, request, PAGE_CALLER)) as Record<string, unknown>;
      const summaries = page[`${word}JobSummaries`] as readonly Record<string, unknown>[];
      return summaries.map((summary): JobStatus => {
        const ended = (summary[`${word}EndTime`] ?? summary.ProcessingEndTime) as Date | undefined;
        return {
          kind,
          name: summary[`${word}JobName`] as string,
          status: summary[`${word}JobStatus`] as string,
          createdMs: (summary.CreationTime as Date).getTime(),
          endedMs: ended?.getTime(),
        };
      });
    }),
  );
  return found
    .flat()
    .sort((a, b) => b.createdMs - a.createdMs)
    .slice(0, most);
}

/** All endpoints, in the order of their creation. */
export function readEndpoints(sources: PageSources, prices: PriceTable, now = Date.now()): EndpointStatus[] {
  const { endpoints, backlog } = sources;
  return endpoints.endpoints.all().map((endpoint) => {
    const fleets = endpoints.deployment(endpoint.name)?.fleets ?? [];
    const { ProductionVariants, AsyncInferenceConfig } = endpoint.config.request;
    const variants = ProductionVariants.map(
      ({ VariantName: name, InstanceType: instanceType = "serverless" }) => {
        const fleet = fleets.find(({ variant }) => variant.VariantName === name);
        const state = endpoint.variants[name];
        return {
          name,
          instanceType,
          desired: fleet?.desired ?? state?.desired ?? 0,
          healthy: fleet?.healthy.length ?? 0,
          inFlight: fleet?.healthy.reduce((sum, instance) => sum + instance.inFlight, 0) ?? 0,
          weight: fleet?.weight ?? state?.weight ?? 0,
          ...readTraffic(sources, endpoint.name, name, now),
          price: priceOf(prices, {
            region: sources.cloud.region,
            instanceType,
            use: "endpoint" satisfies PriceUse,
          }),
          accelerated: isAccelerated(instanceType),
        };
      },
    );
    return {
      name: endpoint.name,
      status: endpoint.status,
      createdMs: endpoint.created,
      failureReason: endpoint.failureReason,
      variants,
      backlog: AsyncInferenceConfig === undefined ? undefined : backlog(endpoint.name),
    };
  });
}

function readTraffic(
  { metrics }: PageSources,
  EndpointName: string,
  VariantName: string,
  now: number,
): Pick<VariantStatus, "invocations" | "errors" | "latencyMs"> {
  const dimensions = { EndpointName, VariantName };
  const [from, to] = [now - WINDOW_MS, now + metrics.bucketMs];
  const summaries = (name: string) =>
    metrics.summarize({ namespace: "AWS/SageMaker", name, dimensions }, from, to, 2 * WINDOW_MS + to);
  const sum = (name: string) => summaries(name).reduce((so, summary) => so + summary.sum, 0);
  const [latency] = summaries("ModelLatency");
  const at = (percentile: string) => (statistic(latency!, percentile) ?? 0) / 1000;
  return {
    invocations: sum("Invocations"),
    errors: sum("Invocation4XXErrors") + sum("Invocation5XXErrors"),
    latencyMs: latency === undefined ? undefined : [at("p50"), at("p95")],
  };
}
