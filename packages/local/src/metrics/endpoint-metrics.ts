import type { InvocationRecord } from "../runtime/invocation-record.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import type { MetricStore } from "./metric-store.js";

/** Namespace of an endpoint's metrics. */
const NAMESPACE = "AWS/SageMaker";

/** Records what SageMaker reports of endpoints. Source: "Metrics for monitoring Amazon SageMaker AI". */
export interface EndpointMetrics {
  /** After each invocation. */
  record(invocation: InvocationRecord): void;
  /** Once in each bucket of the store: what is measured rather than counted. */
  sample(): void;
}

/** Makes the recorder. `backlog` counts an endpoint's waiting asynchronous invocations. */
export function createEndpointMetrics(
  metrics: MetricStore,
  endpoints: EndpointService,
  backlog: (endpointName: string) => number,
): EndpointMetrics {
  const served = new Set<string>();
  return {
    record({ endpointName, variantName, latencyMs, overheadMs, status }) {
      const dimensions = { EndpointName: endpointName, VariantName: variantName };
      const put = (name: string, value: number, unit: string) =>
        metrics.record({ namespace: NAMESPACE, name, dimensions }, value, unit);
      const fleet = endpoints
        .deployment(endpointName)
        ?.fleets.find((candidate) => candidate.variant.VariantName === variantName);
      served.add(`${endpointName}/${variantName}`);
      put("Invocations", 1, "None");
      put("InvocationsPerInstance", 1 / Math.max(1, fleet?.healthy.length ?? 1), "None");
      put("Invocation4XXErrors", status >= 400 && status < 500 ? 1 : 0, "None");
      put("Invocation5XXErrors", status >= 500 ? 1 : 0, "None");
      put("ModelLatency", latencyMs * 1000, "Microseconds");
      put("OverheadLatency", overheadMs * 1000, "Microseconds");
    },
    sample() {
      for (const { name, config } of endpoints.endpoints.all()) {
        const deployment = endpoints.deployment(name);
        if (deployment === undefined) continue;
        let instances = 0;
        for (const fleet of deployment.fleets) {
          const dimensions = { EndpointName: name, VariantName: fleet.variant.VariantName };
          const healthy = fleet.healthy;
          instances += healthy.length;
          // Without traffic SageMaker reports zero, so that scaling in sees it.
          if (!served.delete(`${name}/${fleet.variant.VariantName}`)) {
            metrics.record({ namespace: NAMESPACE, name: "InvocationsPerInstance", dimensions }, 0);
          }
          const busy = healthy.reduce((sum, instance) => sum + instance.inFlight, 0);
          const concurrent = busy / Math.max(1, healthy.length);
          metrics.record(
            { namespace: NAMESPACE, name: "ConcurrentRequestsPerModel", dimensions },
            concurrent,
          );
        }
        if (config.request.AsyncInferenceConfig === undefined) continue;
        const waiting = backlog(name);
        const put = (metric: string, value: number) =>
          metrics.record({ namespace: NAMESPACE, name: metric, dimensions: { EndpointName: name } }, value);
        put("ApproximateBacklogSize", waiting);
        if (instances > 0) put("ApproximateBacklogSizePerInstance", waiting / instances);
        put("HasBacklogWithoutCapacity", instances === 0 && waiting > 0 ? 1 : 0);
      }
    },
  };
}
