import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud } from "../../cloud.js";
import type { RecordStore } from "../../state/record-store.js";
import {
  buildDeployment,
  type Deployment,
  drainDeployment,
  launch,
  stopDeployment,
  type VariantFleet,
} from "./deployment.js";
import type { Endpoint } from "./endpoint.js";
import type { DeploymentConfig, EndpointPlan, VariantState } from "./endpoint-plan.js";
import { type EndpointEvent, moveEndpoint } from "./endpoint-states.js";
import { type AlarmsInAlarm, RollBackError, shiftTraffic } from "./guardrails.js";
import { Traffic } from "./traffic.js";

/** What an update brings, besides the new plan. */
export interface UpdateOptions {
  readonly deploymentConfig: DeploymentConfig | undefined;
  /** Shares of the traffic, one after the other. */
  readonly steps: readonly number[];
}

/** Told of what becomes of endpoints. */
export interface EndpointListeners {
  /** A deployment has been taken up; its endpoint's record does not say so yet. */
  readonly onDeployed: Set<(deployment: Deployment) => void>;
  /** The variants of an endpoint may be others now, or it is gone. */
  readonly onChanged: Set<(endpointName: string) => void>;
}

/** Does in the background what the calls ask for: starts, shifts, scales and stops fleets. */
export class EndpointLifecycle implements EndpointListeners {
  readonly onDeployed = new Set<(deployment: Deployment) => void>();
  readonly onChanged = new Set<(endpointName: string) => void>();
  readonly #cloud: Cloud;
  readonly #endpoints: RecordStore<Endpoint>;
  readonly #inAlarm: AlarmsInAlarm;
  readonly #traffic = new Map<string, Traffic>();
  /** Deployments that run without being in service: starting, or waiting for their end. */
  readonly #aside = new Set<Deployment>();
  readonly #background = new Set<Promise<void>>();

  constructor(cloud: Cloud, endpoints: RecordStore<Endpoint>, inAlarm: AlarmsInAlarm) {
    this.#cloud = cloud;
    this.#endpoints = endpoints;
    this.#inAlarm = inAlarm;
  }

  /** What answers an endpoint's requests; undefined while it is not in service. */
  traffic(endpointName: string): Traffic | undefined {
    return this.#traffic.get(endpointName);
  }

  /** Starts an endpoint that is Creating, or that was in service before the server was stopped. */
  start(endpoint: Endpoint): void {
    const { name } = endpoint;
    const deployment = buildDeployment(this.#cloud, name, endpoint);
    this.#inBackground(async () => {
      const failureReason = await this.#launch(deployment);
      if (failureReason !== undefined) {
        this.#move(name, "gave-up", { failureReason });
        return;
      }
      this.#traffic.set(name, new Traffic(deployment));
      this.#deployed(deployment);
      this.#move(name, "serving");
    });
  }

  /** Starts the new fleet, shifts the traffic, drains the old one; keeps the old one when that goes wrong. */
  update(name: string, plan: EndpointPlan, { deploymentConfig, steps }: UpdateOptions): void {
    const next = buildDeployment(this.#cloud, name, plan);
    this.#inBackground(async () => {
      const traffic = this.#traffic.get(name);
      const failureReason = await this.#launch(next);
      if (failureReason !== undefined) {
        this.#move(name, traffic === undefined ? "gave-up" : "kept-former", { failureReason });
        return;
      }
      if (traffic !== undefined && deploymentConfig !== undefined) {
        const rolledBack = await this.#shift(traffic, next, deploymentConfig, steps);
        if (rolledBack !== undefined) {
          await this.#rollBack(name, traffic, next, rolledBack);
          return;
        }
      }
      const former = traffic?.take(next);
      if (traffic === undefined) this.#traffic.set(name, new Traffic(next));
      this.#deployed(next);
      const last = deploymentConfig === undefined ? {} : { lastDeploymentConfig: deploymentConfig };
      this.#move(name, "serving", { configName: plan.config.name, ...plan, ...last });
      for (const listener of this.onChanged) listener(name);
      if (former !== undefined) await this.#retire(former, deploymentConfig);
    });
  }

  /** Brings the fleets to the counts and weights that are asked for. */
  scale(name: string, variants: Readonly<Record<string, VariantState>>): void {
    const fleets = this.#traffic.get(name)?.live.fleets ?? [];
    this.#inBackground(async () => {
      const reasons = await Promise.all(
        fleets.map((fleet) => this.#scaleFleet(name, fleet, variants[fleet.variant.VariantName]!)),
      );
      const failureReason = reasons.find((reason) => reason !== undefined);
      if (!this.#cloud.closing.aborted) {
        this.#move(name, "serving", failureReason === undefined ? {} : { failureReason });
      }
    });
  }

  /** Drains an endpoint that is Deleting, and forgets it. */
  remove(name: string): void {
    const deployments = this.#traffic.get(name)?.deployments ?? [];
    this.#traffic.delete(name);
    for (const deployment of deployments) this.#aside.add(deployment);
    this.#inBackground(async () => {
      await Promise.all(deployments.map(drainDeployment));
      for (const deployment of deployments) this.#aside.delete(deployment);
      this.forget(name);
    });
  }

  /** Forgets an endpoint that no longer runs. */
  forget(name: string): void {
    this.#endpoints.delete(name);
    for (const listener of this.onChanged) listener(name);
    this.#cloud.logger.info(`Endpoint ${name} is deleted`);
  }

  /** Stops all that runs. */
  async close(): Promise<void> {
    const serving = [...this.#traffic.values()].flatMap(({ deployments }) => deployments);
    await Promise.all([...serving, ...this.#aside].map(stopDeployment));
    await Promise.all(this.#background);
  }

  /** Starts a deployment; returns why it did not. */
  async #launch(deployment: Deployment): Promise<string | undefined> {
    this.#aside.add(deployment);
    try {
      await launch(deployment);
      return undefined;
    } catch (error) {
      this.#cloud.closing.throwIfAborted();
      return reasonOf(error);
    } finally {
      this.#aside.delete(deployment);
    }
  }

  /** Shifts the traffic; returns why it must go back. */
  async #shift(
    traffic: Traffic,
    next: Deployment,
    config: DeploymentConfig,
    steps: readonly number[],
  ): Promise<string | undefined> {
    this.#aside.add(next);
    try {
      await shiftTraffic(this.#cloud, traffic, next, config, steps, this.#inAlarm);
      return undefined;
    } catch (error) {
      if (error instanceof RollBackError) return error.message;
      throw error;
    } finally {
      this.#aside.delete(next);
    }
  }

  async #rollBack(name: string, traffic: Traffic, next: Deployment, failureReason: string): Promise<void> {
    traffic.shiftBack();
    this.#move(name, "roll-back", { failureReason });
    await this.#drain(next);
    this.#move(name, "kept-former", { failureReason });
  }

  /** Ends a fleet that is no longer in service, after the wait that its update asked for. */
  async #retire(former: Deployment, config: DeploymentConfig | undefined): Promise<void> {
    this.#aside.add(former);
    const waitSeconds = config?.BlueGreenUpdatePolicy?.TerminationWaitInSeconds ?? 0;
    await sleep(waitSeconds * 1000 * this.#cloud.timeScale, undefined, { signal: this.#cloud.closing });
    await this.#drain(former);
  }

  async #drain(deployment: Deployment): Promise<void> {
    this.#aside.add(deployment);
    await drainDeployment(deployment);
    this.#aside.delete(deployment);
  }

  async #scaleFleet(name: string, fleet: VariantFleet, wanted: VariantState): Promise<string | undefined> {
    fleet.weight = wanted.weight;
    if (fleet.desired === wanted.desired) return undefined;
    try {
      await fleet.scaleTo(wanted.desired);
      return undefined;
    } catch (error) {
      const reason = reasonOf(error);
      this.#cloud.logger.error(`Endpoint ${name} did not reach ${wanted.desired} instances: ${reason}`);
      return reason;
    }
  }

  #deployed(deployment: Deployment): void {
    for (const listener of this.onDeployed) listener(deployment);
  }

  #move(name: string, event: EndpointEvent, change: Partial<Endpoint> = {}): void {
    const endpoint = moveEndpoint(this.#endpoints, this.#endpoints.get(name)!, event, change);
    const why = endpoint.failureReason === undefined ? "" : `: ${endpoint.failureReason}`;
    this.#cloud.logger.info(`Endpoint ${name} is ${endpoint.status}${why}`);
  }

  #inBackground(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => {
        // What the closing server cut off goes on at the next start.
        if (this.#cloud.closing.aborted) return;
        this.#cloud.logger.error(`Endpoint work failed: ${String(error)}`);
      })
      .finally(() => this.#background.delete(done));
    this.#background.add(done);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
