import { randomBytes } from "node:crypto";
import path from "node:path";
import { arn, type Cloud, seconds } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import type { RecordStore } from "../../state/record-store.js";
import type { JsonInput, JsonOperations } from "../../wire/json-service.js";
import { listPage } from "../listing.js";
import type { TagStore } from "../tags.js";
import {
  type Deployment,
  describeEndpoint,
  type Endpoint,
  retainVariants,
  type VariantState,
} from "./endpoint.js";
import { type EndpointConfig, findEndpointConfig, variantsOf } from "./endpoint-configs.js";
import { endpointLogGroup, Fleet } from "./fleet.js";
import type { Model } from "./models.js";

/** Endpoints: operations, and what invocations and the server's life need. */
export interface EndpointService {
  readonly operations: JsonOperations;
  readonly endpoints: RecordStore<Endpoint>;
  /** What serves an endpoint's requests now; undefined while it is not in service. */
  deployment(endpointName: string): Deployment | undefined;
  /** Changes the number of instances of a variant, as UpdateEndpointWeightsAndCapacities does. */
  setDesired(endpointName: string, variantName: string, desired: number): void;
  /** Told when a deployment has been taken up. */
  readonly onDeployed: Set<(deployment: Deployment) => void>;
  close(): Promise<void>;
}

/** Makes the endpoint operations and takes up the endpoints that were in service. */
export function createEndpointService(
  cloud: Cloud,
  tags: TagStore,
  configs: RecordStore<EndpointConfig>,
  models: RecordStore<Model>,
): EndpointService {
  const endpoints = cloud.records.open<Endpoint>("endpoints");
  const deployments = new Map<string, Deployment>();
  const starting = new Set<Deployment>();
  const background = new Set<Promise<unknown>>();
  const onDeployed = new Set<(deployment: Deployment) => void>();

  const inBackground = (work: Promise<unknown>): void => {
    const watched = work
      .catch((error: unknown) => cloud.logger.error(`Endpoint work failed: ${String(error)}`))
      .finally(() => background.delete(watched));
    background.add(watched);
  };

  const arnOf = (name: string) => arn(cloud, "sagemaker", `endpoint/${name.toLowerCase()}`);
  const find = (input: JsonInput): Endpoint => {
    const name = input.EndpointName as string;
    const endpoint = endpoints.get(name);
    if (endpoint === undefined)
      throw new AwsError("ValidationException", `Could not find endpoint "${arnOf(name)}".`);
    return endpoint;
  };
  const requireSettled = (endpoint: Endpoint): void => {
    if (endpoint.status === "InService" || endpoint.status === "Failed") return;
    throw new AwsError("ValidationException", `Cannot update in-progress endpoint "${endpoint.arn}".`);
  };

  /** Variants, models and counts of a config, as a new deployment takes them. */
  const plan = (config: EndpointConfig): Pick<Endpoint, "config" | "models" | "variants"> => {
    const used: Record<string, Model> = {};
    const variants: Record<string, VariantState> = {};
    for (const variant of variantsOf(config)) {
      const model = models.get(variant.ModelName!);
      if (model === undefined) {
        const modelArn = arn(cloud, "sagemaker", `model/${variant.ModelName!.toLowerCase()}`);
        throw new AwsError("ValidationException", `Could not find model "${modelArn}".`);
      }
      used[model.name] = model;
      variants[variant.VariantName] = {
        desired: variant.InitialInstanceCount ?? 1,
        weight: variant.InitialVariantWeight ?? 1,
      };
    }
    return { config, models: used, variants };
  };

  const build = (name: string, wanted: Pick<Endpoint, "config" | "models" | "variants">): Deployment => {
    const deployment = randomBytes(4).toString("hex");
    const fleets = variantsOf(wanted.config).map((variant) => {
      const state = wanted.variants[variant.VariantName]!;
      const model = wanted.models[variant.ModelName!]!;
      return new Fleet({
        cloud,
        variant,
        model,
        desired: state.desired,
        weight: state.weight,
        folder: path.join(cloud.workDir, "endpoints", name, deployment, variant.VariantName),
        logGroup: endpointLogGroup(name),
      });
    });
    return { endpointName: name, config: wanted.config, fleets };
  };

  /** Starts a deployment's fleets; when one fails, all are stopped and the reason is thrown. */
  const launch = async (deployment: Deployment): Promise<void> => {
    starting.add(deployment);
    try {
      await Promise.all(deployment.fleets.map((fleet) => fleet.start()));
    } catch (error) {
      await Promise.all(deployment.fleets.map((fleet) => fleet.stopNow()));
      throw error;
    } finally {
      starting.delete(deployment);
    }
  };

  const takeUp = (deployment: Deployment): void => {
    deployments.set(deployment.endpointName, deployment);
    for (const listener of onDeployed) listener(deployment);
  };

  const create = async (name: string, deployment: Deployment): Promise<void> => {
    try {
      await launch(deployment);
    } catch (error) {
      if (cloud.closing.aborted) return;
      const failureReason = reasonOf(error);
      endpoints.update(name, { status: "Failed", failureReason, modified: Date.now() });
      cloud.logger.error(`Endpoint ${name} failed: ${failureReason}`);
      return;
    }
    takeUp(deployment);
    endpoints.update(name, { status: "InService", modified: Date.now() });
    cloud.logger.info(`Endpoint ${name} is in service`);
  };

  /** Starts the new fleet, switches, drains the old one; keeps the old one when the new does not start. */
  const replace = async (
    name: string,
    next: Deployment,
    taken: Partial<Endpoint>,
    settledStatus: "InService" | "Failed",
  ): Promise<void> => {
    try {
      await launch(next);
    } catch (error) {
      if (cloud.closing.aborted) return;
      const failureReason = reasonOf(error);
      endpoints.update(name, { status: settledStatus, failureReason, modified: Date.now() });
      cloud.logger.error(`Endpoint ${name} keeps its former config: ${failureReason}`);
      return;
    }
    const former = deployments.get(name);
    takeUp(next);
    const { failureReason: _gone, ...endpoint } = endpoints.get(name)!;
    endpoints.set(name, { ...endpoint, ...taken, status: "InService", modified: Date.now() });
    cloud.logger.info(`Endpoint ${name} serves ${next.config.name}`);
    if (former !== undefined) await Promise.all(former.fleets.map((fleet) => fleet.drainAndStop()));
  };

  const scale = async (name: string, fleet: Fleet, desired: number, scaled: () => void): Promise<void> => {
    try {
      await fleet.scaleTo(desired);
    } catch (error) {
      if (cloud.closing.aborted) return;
      endpoints.update(name, { failureReason: reasonOf(error) });
      cloud.logger.error(`Endpoint ${name} did not reach ${desired} instances: ${reasonOf(error)}`);
    } finally {
      scaled();
    }
  };

  const applyVariants = (name: string, variants: Readonly<Record<string, VariantState>>): void => {
    const deployment = deployments.get(name);
    endpoints.update(name, { variants, status: "Updating", modified: Date.now() });
    const work = (deployment?.fleets ?? []).map((fleet) => {
      const wanted = variants[fleet.variant.VariantName]!;
      fleet.weight = wanted.weight;
      return fleet.desired === wanted.desired
        ? Promise.resolve()
        : scale(name, fleet, wanted.desired, () => undefined);
    });
    inBackground(
      Promise.all(work).then(() => {
        if (!cloud.closing.aborted) endpoints.update(name, { status: "InService", modified: Date.now() });
      }),
    );
  };

  // What was in service before the server was stopped is taken up again. Until its instances are well it
  // is being changed: a change that came now would not find what is starting.
  for (const endpoint of endpoints.all()) {
    if (endpoint.status === "Deleting") {
      endpoints.delete(endpoint.name);
      tags.remove(endpoint.arn);
    } else if (endpoint.status !== "Failed") {
      endpoints.update(endpoint.name, { status: endpoint.status === "Creating" ? "Creating" : "Updating" });
      inBackground(create(endpoint.name, build(endpoint.name, endpoint)));
    }
  }

  return {
    endpoints,
    onDeployed,
    deployment: (name) => deployments.get(name),
    setDesired(name, variantName, desired) {
      const endpoint = endpoints.get(name);
      const state = endpoint?.variants[variantName];
      if (endpoint === undefined || state === undefined || endpoint.status !== "InService") return;
      applyVariants(name, { ...endpoint.variants, [variantName]: { ...state, desired } });
    },
    async close() {
      const all = [...deployments.values(), ...starting];
      await Promise.all(all.flatMap((deployment) => deployment.fleets.map((fleet) => fleet.stopNow())));
      await Promise.all([...background]);
    },
    operations: {
      CreateEndpoint(input) {
        const name = input.EndpointName as string;
        if (endpoints.has(name)) {
          throw new AwsError(
            "ValidationException",
            `Cannot create already existing endpoint "${arnOf(name)}".`,
          );
        }
        const wanted = plan(findEndpointConfig(cloud, configs, input.EndpointConfigName as string));
        const now = Date.now();
        tags.create(arnOf(name), input);
        const lastDeploymentConfig = input.DeploymentConfig;
        endpoints.set(name, {
          name,
          arn: arnOf(name),
          created: now,
          modified: now,
          status: "Creating",
          configName: wanted.config.name,
          ...wanted,
          ...(lastDeploymentConfig === undefined ? {} : { lastDeploymentConfig }),
        });
        inBackground(create(name, build(name, wanted)));
        return { EndpointArn: arnOf(name) };
      },
      UpdateEndpoint(input) {
        const endpoint = find(input);
        requireSettled(endpoint);
        const config = findEndpointConfig(cloud, configs, input.EndpointConfigName as string);
        if (config.name === endpoint.configName && endpoint.status === "InService") {
          throw new AwsError(
            "ValidationException",
            `Cannot update endpoint "${endpoint.arn}" with endpoint configuration "${config.arn}": it is the one in use. Create a new endpoint configuration.`,
          );
        }
        let wanted = plan(config);
        if (input.RetainAllVariantProperties === true) {
          const excluded = (
            (input.ExcludeRetainedVariantProperties as { VariantPropertyType: string }[]) ?? []
          ).map((property) => property.VariantPropertyType);
          wanted = { ...wanted, variants: retainVariants(wanted.variants, endpoint.variants, excluded) };
        }
        const settled = endpoint.status === "Failed" ? "Failed" : "InService";
        endpoints.update(endpoint.name, { status: "Updating", modified: Date.now() });
        const taken: Partial<Endpoint> = { configName: config.name, ...wanted };
        inBackground(replace(endpoint.name, build(endpoint.name, wanted), taken, settled));
        return { EndpointArn: endpoint.arn };
      },
      UpdateEndpointWeightsAndCapacities(input) {
        const endpoint = find(input);
        requireSettled(endpoint);
        const variants = { ...endpoint.variants };
        for (const change of input.DesiredWeightsAndCapacities as readonly {
          VariantName: string;
          DesiredWeight?: number;
          DesiredInstanceCount?: number;
        }[]) {
          const state = variants[change.VariantName];
          if (state === undefined) {
            throw new AwsError(
              "ValidationException",
              `Could not find variant "${change.VariantName}" of "${endpoint.arn}".`,
            );
          }
          const desired = change.DesiredInstanceCount ?? state.desired;
          if (desired < 1)
            throw new AwsError("ValidationException", "DesiredInstanceCount must be 1 or more.");
          variants[change.VariantName] = { desired, weight: change.DesiredWeight ?? state.weight };
        }
        applyVariants(endpoint.name, variants);
        return { EndpointArn: endpoint.arn };
      },
      DescribeEndpoint: (input) =>
        describeEndpoint(find(input), deployments.get(input.EndpointName as string)),
      ListEndpoints(input) {
        const page = listPage(endpoints.all(), input);
        return {
          Endpoints: page.items.map((endpoint) => ({
            EndpointName: endpoint.name,
            EndpointArn: endpoint.arn,
            CreationTime: seconds(endpoint.created),
            LastModifiedTime: seconds(endpoint.modified),
            EndpointStatus: endpoint.status,
          })),
          NextToken: page.nextToken,
        };
      },
      DeleteEndpoint(input) {
        const endpoint = find(input);
        requireSettled(endpoint);
        endpoints.update(endpoint.name, { status: "Deleting", modified: Date.now() });
        const deployment = deployments.get(endpoint.name);
        deployments.delete(endpoint.name);
        inBackground(
          Promise.all((deployment?.fleets ?? []).map((fleet) => fleet.drainAndStop())).then(() => {
            endpoints.delete(endpoint.name);
            tags.remove(endpoint.arn);
            cloud.logger.info(`Endpoint ${endpoint.name} is deleted`);
          }),
        );
        return {};
      },
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
