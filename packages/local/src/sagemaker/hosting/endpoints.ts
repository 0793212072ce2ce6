import { arn } from "../../arn.js";
import type { Cloud } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import type { RecordStore } from "../../state/record-store.js";
import { listPage } from "../listing.js";
import type { SageMakerInput, SageMakerOperations } from "../operation-types.js";
import type { TagStore } from "../tags.js";
import { type Deployment, planDeployment, variantsOf } from "./deployment.js";
import { describeEndpoint, type Endpoint, retainPlan } from "./endpoint.js";
import { type EndpointConfig, findEndpointConfig } from "./endpoint-configs.js";
import { EndpointLifecycle, type EndpointListeners } from "./endpoint-lifecycle.js";
import { isAllowed, moveEndpoint } from "./endpoint-states.js";
import { type AlarmsInAlarm, trafficSteps, watchedAlarms } from "./guardrails.js";
import type { EndpointOperation } from "./honoured-inputs.js";
import type { Model } from "./models.js";

/** Endpoints: operations, and what invocations and the server's life need. */
export interface EndpointService extends EndpointListeners {
  readonly operations: SageMakerOperations<EndpointOperation>;
  readonly endpoints: Pick<RecordStore<Endpoint>, "get" | "has" | "all">;
  /** What is in service of an endpoint; undefined while nothing is. */
  deployment(endpointName: string): Deployment | undefined;
  /** What answers the next request of an endpoint: while an update shifts the traffic, one of two. */
  route(endpointName: string): Deployment | undefined;
  /** Changes the number of instances of a variant, as UpdateEndpointWeightsAndCapacities does. */
  setDesired(endpointName: string, variantName: string, desired: number): void;
  close(): Promise<void>;
}

/** What endpoints are made of. */
export interface EndpointServiceOptions {
  readonly cloud: Cloud;
  readonly tags: TagStore;
  readonly configs: RecordStore<EndpointConfig>;
  readonly models: RecordStore<Model>;
  /** Whether there is an alarm of that name. */
  readonly hasAlarm: (name: string) => boolean;
  readonly inAlarm: AlarmsInAlarm;
}

/** Makes the endpoint operations and takes up the endpoints that were in service. */
export function createEndpointService(options: EndpointServiceOptions): EndpointService {
  const { cloud, tags, configs, models } = options;
  const endpoints = cloud.records.open<Endpoint>("endpoints");
  const lifecycle = new EndpointLifecycle(cloud, endpoints, options.inAlarm);
  const arnOf = (name: string) => arn(cloud, "sagemaker", `endpoint/${name.toLowerCase()}`);
  lifecycle.onChanged.add((name) => {
    if (!endpoints.has(name)) tags.remove(arnOf(name));
  });

  const find = (name: string): Endpoint => {
    const endpoint = endpoints.get(name);
    if (endpoint !== undefined) return endpoint;
    throw new AwsError("ValidationException", `Could not find endpoint "${arnOf(name)}".`);
  };

  // What was in service before the server was stopped is taken up again. Until its instances are well it
  // is being changed: a change that came now would not find what is starting.
  for (const endpoint of endpoints.all()) {
    if (endpoint.status === "Deleting") lifecycle.forget(endpoint.name);
    else if (isAllowed(endpoint.status, "restart")) {
      lifecycle.start(moveEndpoint(endpoints, endpoint, "restart"));
    }
  }

  return {
    endpoints,
    onDeployed: lifecycle.onDeployed,
    onChanged: lifecycle.onChanged,
    deployment: (name) => lifecycle.traffic(name)?.live,
    route: (name) => lifecycle.traffic(name)?.next(),
    setDesired(name, variantName, desired) {
      const endpoint = endpoints.get(name);
      const state = endpoint?.variants[variantName];
      if (endpoint === undefined || state === undefined || !isAllowed(endpoint.status, "scale")) return;
      const variants = { ...endpoint.variants, [variantName]: { ...state, desired } };
      moveEndpoint(endpoints, endpoint, "scale", { variants });
      lifecycle.scale(name, variants);
    },
    close: () => lifecycle.close(),
    operations: {
      CreateEndpoint(input) {
        const name = input.EndpointName;
        if (endpoints.has(name)) {
          throw new AwsError(
            "ValidationException",
            `Cannot create already existing endpoint "${arnOf(name)}".`,
          );
        }
        const plan = planDeployment(
          cloud,
          models,
          findEndpointConfig(cloud, configs, input.EndpointConfigName),
        );
        const { DeploymentConfig: lastDeploymentConfig } = input;
        const now = Date.now();
        tags.create(arnOf(name), input.Tags);
        const endpoint: Endpoint = {
          name,
          arn: arnOf(name),
          created: now,
          modified: now,
          status: "Creating",
          configName: plan.config.name,
          ...plan,
          ...(lastDeploymentConfig === undefined ? {} : { lastDeploymentConfig }),
        };
        endpoints.set(name, endpoint);
        lifecycle.start(endpoint);
        return { EndpointArn: endpoint.arn };
      },
      UpdateEndpoint(input) {
        const endpoint = find(input.EndpointName);
        const update = planUpdate(options, endpoint, input);
        moveEndpoint(endpoints, endpoint, "update");
        lifecycle.update(endpoint.name, update.plan, update);
        return { EndpointArn: endpoint.arn };
      },
      UpdateEndpointWeightsAndCapacities(input) {
        const endpoint = find(input.EndpointName);
        const variants = changeVariants(endpoint, input.DesiredWeightsAndCapacities);
        moveEndpoint(endpoints, endpoint, "scale", { variants });
        lifecycle.scale(endpoint.name, variants);
        return { EndpointArn: endpoint.arn };
      },
      DescribeEndpoint: ({ EndpointName: name }) =>
        describeEndpoint(find(name), lifecycle.traffic(name)?.live),
      ListEndpoints(input) {
        const { items, nextToken } = listPage(endpoints.all(), input);
        return {
          Endpoints: items.map((endpoint) => ({
            EndpointName: endpoint.name,
            EndpointArn: endpoint.arn,
            CreationTime: new Date(endpoint.created),
            LastModifiedTime: new Date(endpoint.modified),
            EndpointStatus: endpoint.status,
          })),
          NextToken: nextToken,
        };
      },
      DeleteEndpoint({ EndpointName: name }) {
        moveEndpoint(endpoints, find(name), "delete");
        lifecycle.remove(name);
        return {};
      },
    },
  };
}

/** The variants with other weights and counts. @throws AwsError ValidationException, worded as AWS words it */
function changeVariants(
  endpoint: Endpoint,
  changes: SageMakerInput<"UpdateEndpointWeightsAndCapacities">["DesiredWeightsAndCapacities"],
): Endpoint["variants"] {
  const refuse = (message: string) => {
    throw new AwsError("ValidationException", message);
  };
  const names = changes.map(({ VariantName: name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`The variant name "${twice}" was non-unique within the request.`);
  const unknown = names.filter((name) => endpoint.variants[name] === undefined);
  if (unknown.length > 0) {
    const shown = unknown.map((name) => `"${name}"`).join(", ");
    refuse(
      `The variant name(s) ${shown} is/are not present within endpoint configuration "${endpoint.configName}".`,
    );
  }
  const variants = { ...endpoint.variants };
  for (const { VariantName: name, DesiredWeight: weight, DesiredInstanceCount: desired } of changes) {
    if (desired !== undefined && desired < 1) refuse("DesiredInstanceCount must be 1 or more.");
    const state = variants[name]!;
    if (desired !== undefined && isServerless(endpoint, name)) {
      refuse(`The variant "${name}" is serverless: it has no instances to count.`);
    }
    variants[name] = { desired: desired ?? state.desired, weight: weight ?? state.weight };
  }
  return variants;
}

/** Whether a variant of an endpoint is serverless. */
export function isServerless({ config }: Endpoint, variantName: string): boolean {
  return variantsOf(config).some(
    ({ VariantName, ServerlessConfig }) => VariantName === variantName && ServerlessConfig !== undefined,
  );
}

/** What an UpdateEndpoint asks for. @throws AwsError ValidationException for what AWS refuses */
function planUpdate(
  { cloud, configs, models, hasAlarm }: EndpointServiceOptions,
  endpoint: Endpoint,
  input: SageMakerInput<"UpdateEndpoint">,
) {
  const refuse = (message: string) => {
    throw new AwsError("ValidationException", message);
  };
  // A call on an endpoint that is being changed is refused for that first.
  if (!isAllowed(endpoint.status, "update")) refuse(`Cannot update in-progress endpoint "${endpoint.arn}".`);
  const config = findEndpointConfig(cloud, configs, input.EndpointConfigName);
  if (endpoint.status === "InService") {
    // A live config must not be deleted; AWS cannot update an endpoint whose config is gone.
    findEndpointConfig(cloud, configs, endpoint.configName);
    if (config.name === endpoint.configName) {
      refuse(
        `Cannot update endpoint "${endpoint.arn}" with endpoint configuration "${config.arn}": it is the one in use. Create a new endpoint configuration.`,
      );
    }
  }
  const fresh = planDeployment(cloud, models, config);
  const excluded = (input.ExcludeRetainedVariantProperties ?? []).map(
    ({ VariantPropertyType: type }) => type,
  );
  const plan = input.RetainAllVariantProperties === true ? retainPlan(fresh, endpoint, excluded) : fresh;
  const deploymentConfig =
    input.DeploymentConfig ??
    (input.RetainDeploymentConfig === true ? endpoint.lastDeploymentConfig : undefined);
  for (const name of watchedAlarms(deploymentConfig)) {
    if (!hasAlarm(name)) refuse(`Could not find the alarm "${name}" of the deployment configuration.`);
  }
  const instances = Object.values(endpoint.variants).reduce((sum, { desired }) => sum + desired, 0);
  return { plan, deploymentConfig, steps: trafficSteps(deploymentConfig, instances) };
}
