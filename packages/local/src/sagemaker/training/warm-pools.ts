import { mkdir, rename } from "node:fs/promises";
import path from "node:path";
import type { Cloud } from "../../cloud.js";
import { removeTree } from "../../process/remove-tree.js";
import { CACHE_FOLDER } from "./host.js";
import type { TrainingJob, TrainingRequest, WarmPool } from "./job.js";

/** Instances that a job has left for the next one. */
interface Pool {
  readonly jobName: string;
  readonly key: string;
  /** The cache folder of each instance, which the next job finds again. */
  readonly caches: readonly string[];
  readonly sinceMs: number;
  readonly timer: NodeJS.Timeout;
}

/** Told what becomes of the pool that a job has left. */
export type WarmPoolChange = (jobName: string, pool: WarmPool) => void;

/**
 * Instances that are kept after their job for the next one that asks for the same. What is kept of an instance here is
 * its cache folder: a process costs nothing to start. They end with the server.
 */
export class WarmPools {
  readonly #cloud: Cloud;
  readonly #change: WarmPoolChange;
  readonly #pools = new Set<Pool>();

  constructor(cloud: Cloud, change: WarmPoolChange) {
    this.#cloud = cloud;
    this.#change = change;
  }

  /** Keeps the instances of a job that has completed, if it asks for that. Call it before their folders go. */
  async keep({ name, request }: TrainingJob, roots: readonly string[]): Promise<void> {
    const seconds = request.ResourceConfig?.KeepAlivePeriodInSeconds ?? 0;
    if (seconds === 0 || this.#cloud.closing.aborted) return;
    const folder = path.join(this.#cloud.workDir, "warm-pools", name);
    await removeTree(folder, this.#cloud.logger);
    await mkdir(folder, { recursive: true });
    const caches = roots.map((_root, host) => path.join(folder, String(host)));
    for (const [host, cache] of caches.entries()) await rename(path.join(roots[host]!, CACHE_FOLDER), cache);
    const end = (): void => {
      this.#pools.delete(pool);
      this.#change(name, { status: "Terminated", retainedSeconds: secondsSince(pool) });
      void removeTree(folder, this.#cloud.logger);
    };
    const timer = setTimeout(end, seconds * 1000 * this.#cloud.timeScale).unref();
    const pool: Pool = { jobName: name, key: keyOf(request), caches, sinceMs: Date.now(), timer };
    this.#pools.add(pool);
    // Before its end can come.
    this.#change(name, { status: "Available", retainedSeconds: 0 });
  }

  /** Takes the instances of a pool for a job that asks for the same, and lays their caches out. False when there are none. */
  async take({ name, request }: TrainingJob, roots: readonly string[]): Promise<boolean> {
    // Spot instances are others'.
    if (request.EnableManagedSpotTraining) return false;
    const key = keyOf(request);
    const pool = [...this.#pools].find((candidate) => candidate.key === key);
    if (pool === undefined) return false;
    this.#pools.delete(pool);
    clearTimeout(pool.timer);
    for (const [host, cache] of pool.caches.entries()) {
      const target = path.join(roots[host]!, CACHE_FOLDER);
      await removeTree(target, this.#cloud.logger);
      await rename(cache, target);
    }
    this.#change(pool.jobName, { status: "Reused", reusedBy: name, retainedSeconds: secondsSince(pool) });
    return true;
  }
}

function secondsSince({ sinceMs }: Pool): number {
  return Math.ceil((Date.now() - sinceMs) / 1000);
}

/** What two jobs must have in common to use the same instances. Source: "Matching training jobs" of the guide. */
function keyOf({ RoleArn, ResourceConfig, ...request }: TrainingRequest): string {
  const { InstanceType, InstanceCount = 1, VolumeSizeInGB, VolumeKmsKeyId } = ResourceConfig ?? {};
  const {
    VpcConfig,
    EnableNetworkIsolation = false,
    EnableInterContainerTrafficEncryption = false,
  } = request;
  return JSON.stringify([
    RoleArn,
    InstanceType,
    InstanceCount,
    VolumeSizeInGB,
    VolumeKmsKeyId,
    VpcConfig,
    EnableNetworkIsolation,
    EnableInterContainerTrafficEncryption,
  ]);
}
