import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import { usageOfGroups } from "../../process/group-usage.js";
import { removeTree } from "../../process/remove-tree.js";
import type { VariantConfig } from "./endpoint-configs.js";
import { fetchModel } from "./fetch-model.js";
import { DRAIN_MS, type FleetOptions, STARTUP_TIMEOUT_SECONDS, unwell } from "./fleet.js";
import { Instance } from "./instance.js";
import { containerOf, type Model } from "./models.js";

/** How long a container that has nothing to do is kept. AWS says no number; five minutes is what users see. */
const IDLE_MS = 300_000;
/** Between looks at the memory of containers that work. */
const MEMORY_LOOK_MS = 500;

/** A container of a serverless variant, for one request. */
export interface Lease {
  readonly instance: Instance;
  /** Gives it back, or up. */
  release(how: "answered" | "broken"): void;
}

/**
 * A serverless variant: a container for each request that is under way, started when it is needed (a cold start), kept
 * for a while for the next one, and ended when it needs more than its memory.
 */
export class ServerlessFleet {
  readonly variant: VariantConfig;
  readonly isShadow: boolean;
  weight: number;
  /** None is kept for nobody. */
  readonly desired = 0;
  onHealthy: () => void = () => undefined;
  readonly #options: FleetOptions;
  readonly #cloud: Cloud;
  readonly #model: Model;
  readonly #stop = new AbortController();
  readonly #idle = new Map<Instance, NodeJS.Timeout>();
  readonly #busy = new Set<Instance>();
  /** Requests that have a container, or wait for theirs to start. */
  #leases = 0;
  #looking = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#cloud = options.cloud;
    this.#model = options.model;
    this.variant = options.variant;
    this.isShadow = options.isShadow ?? false;
    this.weight = options.weight;
  }

  /** Containers that run now. */
  get healthy(): readonly Instance[] {
    return [...this.#idle.keys(), ...this.#busy];
  }

  get image(): string {
    return containerOf(this.#model).Image!;
  }

  /** Memory of a container, bytes. */
  get memoryBytes(): number {
    return this.variant.ServerlessConfig!.MemorySizeInMB * 2 ** 20;
  }

  /** Gets the model, and proves with a container that it can be served. @throws FleetStartError */
  async start(): Promise<void> {
    await fetchModel(this.#cloud, this.#model, this.#options.folder, this.#stop.signal);
    const limitMs =
      (this.variant.ContainerStartupHealthCheckTimeoutInSeconds ?? STARTUP_TIMEOUT_SECONDS) * 1000;
    const instance = await this.#launch(limitMs * this.#cloud.timeScale);
    await instance.stop();
  }

  /** There is nothing to scale. */
  async scaleTo(): Promise<void> {}

  /**
   * A container for one request: one that is idle, or a new one.
   *
   * @throws AwsError ThrottlingException beyond MaxConcurrency, ModelNotReadyException when it does not start in time
   */
  async take(waitMs: number): Promise<Lease> {
    if (this.#leases >= this.variant.ServerlessConfig!.MaxConcurrency) {
      throw new AwsError("ThrottlingException", "Rate exceeded", 429);
    }
    this.#leases++;
    try {
      const instance = this.#takeIdle() ?? (await this.#launch(waitMs));
      this.#busy.add(instance);
      void this.#watchMemory();
      return { instance, release: (how) => this.#giveBack(instance, how === "answered") };
    } catch (error) {
      this.#leases--;
      if (this.#stop.signal.aborted) throw new AwsError("ServiceUnavailable", "The endpoint is ending.", 503);
      this.#cloud.logger.warn(`A container of ${this.#options.logGroup} did not start: ${String(error)}`);
      throw new AwsError(
        "ModelNotReadyException",
        `Model for variant ${this.variant.VariantName} is not ready to serve inference requests. Please try again.`,
        429,
      );
    }
  }

  async drainAndStop(): Promise<void> {
    const deadline = Date.now() + DRAIN_MS * this.#cloud.timeScale;
    while (this.#leases > 0 && Date.now() < deadline && !this.#cloud.closing.aborted) await sleep(10);
    await this.stopNow();
  }

  async stopNow(): Promise<void> {
    this.#stop.abort();
    for (const timer of this.#idle.values()) clearTimeout(timer);
    await Promise.all(this.healthy.map((instance) => instance.stop()));
    await removeTree(this.#options.folder, this.#cloud.logger);
  }

  #takeIdle(): Instance | undefined {
    for (const [instance, timer] of this.#idle) {
      clearTimeout(timer);
      this.#idle.delete(instance);
      if (instance.healthy) return instance;
      void instance.stop();
    }
    return undefined;
  }

  async #launch(limitMs: number): Promise<Instance> {
    const container = containerOf(this.#model);
    const { folder, logGroup, env } = this.#options;
    const instance = new Instance({
      cloud: this.#cloud,
      image: container.Image!,
      env: { ...container.Environment, ...env },
      modelFolder: path.join(folder, "model"),
      folder,
      logGroup,
      logStreamPrefix: this.variant.VariantName,
    });
    if (await instance.start(limitMs, this.#stop.signal)) return instance;
    await instance.stop();
    throw unwell(this.variant, instance);
  }

  #giveBack(instance: Instance, isWell: boolean): void {
    this.#leases--;
    this.#busy.delete(instance);
    if (!isWell || !instance.healthy || this.#stop.signal.aborted) {
      void instance.stop();
      return;
    }
    const end = (): void => {
      this.#idle.delete(instance);
      void instance.stop();
    };
    const timer = setTimeout(end, IDLE_MS * this.#cloud.timeScale);
    timer.unref();
    this.#idle.set(instance, timer);
  }

  /** Ends containers that use more memory than they have, for as long as any works. */
  async #watchMemory(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    while (this.#busy.size > 0 && !this.#stop.signal.aborted) {
      const usage = await usageOfGroups(new Set([...this.#busy].map(({ pid }) => pid!)));
      for (const instance of this.#busy) {
        if ((usage.get(instance.pid!)?.residentBytes ?? 0) <= this.memoryBytes) continue;
        this.#cloud.logger.warn(
          `Container ${instance.id} of ${this.#options.logGroup} uses more than its ${this.variant.ServerlessConfig!.MemorySizeInMB} MB; ending it.`,
        );
        await instance.kill();
      }
      await sleep(MEMORY_LOOK_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
    this.#looking = false;
  }
}
