import os from "node:os";
import { type GroupUsage, usageOfGroups } from "../process/group-usage.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import type { MetricStore } from "./metric-store.js";

/** Namespace of what instances use. Source: "Metrics for monitoring Amazon SageMaker AI", instance metrics. */
const NAMESPACE = "/aws/sagemaker/Endpoints";

/** Records what the processes of endpoints use. */
export interface ProcessMetrics {
  /** Once in each bucket of the store. */
  sample(): void;
}

/**
 * Makes the recorder: CPUUtilization in percent of one core, MemoryUtilization in percent of this machine's memory,
 * or of what a serverless variant has; a value for each instance. On Linux, of endpoints that run as processes.
 */
export function createProcessMetrics(metrics: MetricStore, endpoints: EndpointService): ProcessMetrics {
  const former = new Map<number, GroupUsage & { readonly atMs: number }>();
  let sampling = false;

  const sample = async (): Promise<void> => {
    const instances = endpoints.endpoints.all().flatMap(({ name }) =>
      (endpoints.deployment(name)?.fleets ?? []).flatMap(({ healthy, variant }) =>
        healthy.map(({ pid }) => ({
          pid: pid!,
          memoryBytes: (variant.ServerlessConfig?.MemorySizeInMB ?? 0) * 2 ** 20 || os.totalmem(),
          dimensions: { EndpointName: name, VariantName: variant.VariantName },
        })),
      ),
    );
    const pids = new Set(instances.map(({ pid }) => pid));
    for (const pid of former.keys()) if (!pids.has(pid)) former.delete(pid);
    if (pids.size === 0) return;
    const usage = await usageOfGroups(pids);
    const atMs = performance.now();
    for (const { pid, memoryBytes, dimensions } of instances) {
      const now = usage.get(pid);
      if (now === undefined) continue;
      const put = (name: string, value: number) =>
        metrics.record({ namespace: NAMESPACE, name, dimensions }, value, "Percent");
      const before = former.get(pid);
      former.set(pid, { ...now, atMs });
      put("MemoryUtilization", (100 * now.residentBytes) / memoryBytes);
      if (before === undefined) continue;
      const seconds = (atMs - before.atMs) / 1000;
      // A worker that has ended takes its time with it.
      put("CPUUtilization", (100 * Math.max(0, now.cpuSeconds - before.cpuSeconds)) / seconds);
    }
  };

  return {
    sample() {
      if (sampling) return;
      sampling = true;
      void sample().finally(() => {
        sampling = false;
      });
    },
  };
}
