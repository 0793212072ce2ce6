import { setMaxListeners } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud } from "../../cloud.js";
import { removeTree } from "../../process/remove-tree.js";
import type { VariantConfig } from "./endpoint-configs.js";
import { FleetStartError, fetchModel } from "./fetch-model.js";
import { Instance } from "./instance.js";
import { LoadedModels } from "./loaded-models.js";
import { containerOf, type Model } from "./models.js";

/** How long a container may take until /ping answers, unless the variant says otherwise. */
export const STARTUP_TIMEOUT_SECONDS = 600;
/** Starts of an instance whose process ends before it is well. */
const START_ATTEMPTS = 3;
/** How long requests may go on when their fleet is replaced: as long as an invocation lasts. */
export const DRAIN_MS = 60_000;
/** Between looks at a request that is being waited for. */
const DRAIN_LOOK_MS = 10;
/** Between pings of a running instance. */
const PING_PERIOD_MS = 5_000;
/** Pings missed in a row before an instance gets no more requests, and before it is ended. */
const UNWELL_PINGS = 3;
const LOST_PINGS = 12;
/** Wait before a process that died is started again, doubled each time up to the second value. */
const RESTART_MS = [250, 30_000] as const;

/** What a fleet is made of. */
export interface FleetOptions {
  readonly cloud: Cloud;
  readonly variant: VariantConfig;
  readonly model: Model;
  /** Instances to start with. */
  readonly desired: number;
  readonly weight: number;
  /** Folder for the unpacked model and the instances' trees; the fleet makes and removes it. */
  readonly folder: string;
  readonly logGroup: string;
  /** Variables for the container besides its model's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it gets copies of requests only. Default false. */
  readonly isShadow?: boolean;
}

/** The instances of one variant of one deployment. */
export class Fleet {
  readonly variant: VariantConfig;
  /** Whether it gets copies of requests, and nobody its answers. */
  readonly isShadow: boolean;
  /** Share of the traffic, relative to the other variants. */
  weight: number;
  readonly #cloud: Cloud;
  readonly #model: Model;
  readonly #folder: string;
  readonly #logGroup: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #stop = new AbortController();
  readonly #instances = new Set<Instance>();
  readonly #models = new WeakMap<Instance, LoadedModels>();
  #desired: number;
  /** Called when an instance became well. */
  onHealthy: () => void = () => undefined;

  constructor(options: FleetOptions) {
    setMaxListeners(0, this.#stop.signal);
    const { cloud, variant, model, desired, weight, folder, logGroup, env } = options;
    this.#cloud = cloud;
    this.variant = variant;
    this.isShadow = options.isShadow ?? false;
    this.#model = model;
    this.weight = weight;
    this.#desired = desired;
    this.#folder = folder;
    this.#logGroup = logGroup;
    this.#env = env ?? {};
  }

  get desired(): number {
    return this.#desired;
  }

  /** Instances that answer pings. */
  get healthy(): readonly Instance[] {
    return [...this.#instances].filter((instance) => instance.healthy);
  }

  /** The models that come and go by name in an instance; undefined where it serves one. */
  modelsOf(instance: Instance): LoadedModels | undefined {
    return this.#models.get(instance);
  }

  get image(): string {
    return containerOf(this.#model).Image!;
  }

  /** Gets the model and starts all instances. @throws FleetStartError when one of them does not start */
  async start(): Promise<void> {
    await fetchModel(this.#cloud, this.#model, this.#folder, this.#stop.signal);
    await Promise.all(Array.from({ length: this.#desired }, () => this.#add()));
  }

  /** Starts or stops instances until there are `count`. Resolves when the new ones are well. */
  async scaleTo(count: number): Promise<void> {
    this.#desired = count;
    const all = [...this.#instances].filter((instance) => !instance.stopping);
    if (count < all.length) {
      // The idle ones go first.
      const leaving = all.sort((a, b) => a.inFlight - b.inFlight).slice(0, all.length - count);
      await Promise.all(leaving.map((instance) => this.#retire(instance)));
      return;
    }
    await Promise.all(Array.from({ length: count - all.length }, () => this.#add()));
  }

  /** Lets running requests end, then stops every process. */
  async drainAndStop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#instances].map((instance) => this.#retire(instance)));
    await removeTree(this.#folder, this.#cloud.logger);
  }

  /** Stops every process at once. */
  async stopNow(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#instances].map((instance) => instance.stop()));
    await removeTree(this.#folder, this.#cloud.logger);
  }

  async #retire(instance: Instance): Promise<void> {
    this.#instances.delete(instance);
    const deadline = Date.now() + DRAIN_MS * this.#cloud.timeScale;
    // At least one pause, for a request that was routed here but is not on its way yet.
    do await sleep(DRAIN_LOOK_MS);
    while (instance.inFlight > 0 && Date.now() < deadline && !this.#cloud.closing.aborted);
    await instance.stop();
  }

  async #add(): Promise<void> {
    const limit = this.variant.ContainerStartupHealthCheckTimeoutInSeconds ?? STARTUP_TIMEOUT_SECONDS;
    let instance: Instance | undefined;
    for (let attempt = 1; attempt <= START_ATTEMPTS && !this.#stop.signal.aborted; attempt++) {
      instance = this.#createInstance();
      this.#instances.add(instance);
      const started = Date.now();
      const limitMs = limit * 1000 * this.#cloud.timeScale;
      if (await instance.start(limitMs, this.#stop.signal)) {
        this.#watch(instance, RESTART_MS[0]);
        this.onHealthy();
        return;
      }
      this.#instances.delete(instance);
      await instance.stop();
      if (Date.now() - started >= limitMs) break;
    }
    throw unwell(this.variant, instance);
  }

  #createInstance(): Instance {
    const container = containerOf(this.#model);
    const isMultiModel = container.Mode === "MultiModel";
    const instance = new Instance({
      cloud: this.#cloud,
      image: container.Image!,
      env: {
        ...container.Environment,
        ...this.#env,
        ...(isMultiModel ? { SAGEMAKER_MULTI_MODEL: "true" } : {}),
      },
      modelFolder: path.join(this.#folder, "model"),
      folder: this.#folder,
      logGroup: this.#logGroup,
      logStreamPrefix: this.variant.VariantName,
    });
    if (isMultiModel) {
      this.#models.set(instance, new LoadedModels(this.#cloud, instance, container.ModelDataUrl!));
    }
    return instance;
  }

  /** Replaces an instance whose process dies or no longer answers pings, for as long as the fleet stands. */
  #watch(instance: Instance, waitMs: number): void {
    const born = Date.now();
    const fault = (error: unknown) =>
      this.#cloud.logger.error(
        `Instance ${instance.id} of ${this.#logGroup} could not be replaced: ${String(error)}`,
      );
    this.#monitor(instance).catch(fault);
    const replaced = instance.exited.then(async () => {
      if (instance.stopping || !this.#instances.delete(instance) || this.#stop.signal.aborted) return;
      this.#cloud.logger.warn(
        `Instance ${instance.id} of ${this.#logGroup} ended by itself; starting another.`,
      );
      await instance.stop();
      const lived = Date.now() - born;
      await this.#replace(lived > RESTART_MS[1] ? RESTART_MS[0] : waitMs);
    });
    replaced.catch(fault);
  }

  /** Takes an instance out of the rotation while it does not answer, and ends it when that lasts. */
  async #monitor(instance: Instance): Promise<void> {
    const { signal } = this.#stop;
    for (let missed = 0; !signal.aborted && !instance.stopping && !instance.ended; ) {
      await sleep(PING_PERIOD_MS * this.#cloud.timeScale, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || instance.stopping || instance.ended) return;
      missed = (await instance.ping()) ? 0 : missed + 1;
      if (missed >= UNWELL_PINGS) instance.setHealthy(false);
      else if (missed === 0 && !instance.healthy && !instance.stopping && !instance.ended) {
        instance.setHealthy(true);
        this.onHealthy();
      }
      if (missed < LOST_PINGS) continue;
      this.#cloud.logger.warn(
        `Instance ${instance.id} of ${this.#logGroup} no longer answers /ping; ending it.`,
      );
      await instance.kill();
    }
  }

  async #replace(waitMs: number): Promise<void> {
    await sleep(waitMs * this.#cloud.timeScale, undefined, { signal: this.#stop.signal }).catch(
      () => undefined,
    );
    if (this.#stop.signal.aborted || this.#instances.size >= this.#desired) return;
    const next = this.#createInstance();
    this.#instances.add(next);
    const limit = this.variant.ContainerStartupHealthCheckTimeoutInSeconds ?? STARTUP_TIMEOUT_SECONDS;
    const longer = Math.min(waitMs * 2, RESTART_MS[1]);
    if (await next.start(limit * 1000 * this.#cloud.timeScale, this.#stop.signal)) {
      this.#watch(next, longer);
      this.onHealthy();
      return;
    }
    this.#instances.delete(next);
    await next.stop();
    await this.#replace(longer);
  }
}

/** What is said of a variant whose container does not get well. */
export function unwell(
  { VariantName: name }: VariantConfig,
  instance: Instance | undefined,
): FleetStartError {
  const said = instance?.lastLines.length ? ` Its last lines: ${instance.lastLines.join(" | ")}` : "";
  return new FleetStartError(
    `The primary container for production variant ${name} did not pass the ping health check. Please check CloudWatch logs for this endpoint.${said}`,
  );
}

/** Log group of an endpoint. */
export function endpointLogGroup(endpointName: string): string {
  return `/aws/sagemaker/Endpoints/${endpointName}`;
}
