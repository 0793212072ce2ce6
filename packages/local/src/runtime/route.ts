import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { Deployment, VariantFleet } from "../sagemaker/hosting/deployment.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import type { Instance } from "../sagemaker/hosting/instance.js";

/** Between looks for an instance that is well. */
const LOOK_AGAIN_MS = 20;

/** What an invocation may ask for that no endpoint here has, by header: passed over, another model would answer. */
const NOT_HERE = {
  "x-amzn-sagemaker-inference-component": "InferenceComponentName",
  "x-amzn-sagemaker-target-container-hostname": "TargetContainerHostname",
  "x-amzn-sagemaker-enable-explanations": "EnableExplanations",
};

/** Where an invocation goes. */
export interface Route {
  readonly fleet: VariantFleet;
  readonly instance: Instance;
  /** To be called when it is over; an instance that broke off or was too slow gets no other request. */
  readonly release: (how: "answered" | "broken") => void;
}

/**
 * Finds what serves an endpoint, right after a restart of the server also by waiting for it.
 *
 * @throws AwsError ValidationError
 */
export async function findDeployment(
  cloud: Cloud,
  service: EndpointService,
  endpointName: string,
  waitMs: number,
): Promise<Deployment> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const deployment = service.route(endpointName);
    if (deployment !== undefined) return deployment;
    const status = service.endpoints.get(endpointName)?.status;
    const starts = status === "InService" || status === "Updating";
    if (!starts || Date.now() >= deadline || cloud.closing.aborted) {
      throw new AwsError(
        "ValidationError",
        `Endpoint ${endpointName} of account ${cloud.account} not found.`,
      );
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

/**
 * Finds what answers a synchronous invocation, within the time that it has.
 *
 * @throws AwsError ValidationError, also for an endpoint that is asynchronous, or ServiceUnavailable
 */
export async function routeInvocation(
  cloud: Cloud,
  service: EndpointService,
  endpointName: string,
  headers: IncomingHttpHeaders,
  deadline: number,
): Promise<Route & { readonly deployment: Deployment }> {
  const deployment = await findDeployment(cloud, service, endpointName, deadline - Date.now());
  if (deployment.config.request.AsyncInferenceConfig !== undefined) {
    throw new AwsError(
      "ValidationError",
      `Endpoint ${endpointName} is asynchronous: call InvokeEndpointAsync.`,
    );
  }
  for (const [header, member] of Object.entries(NOT_HERE)) {
    if (headers[header] === undefined) continue;
    throw new AwsError(
      "ValidationError",
      `The local SageMaker does not implement ${member} of InvokeEndpoint.`,
    );
  }
  const variant = headers["x-amzn-sagemaker-target-variant"] as string | undefined;
  return { deployment, ...(await pickInstance(deployment, variant, deadline - Date.now())) };
}

/**
 * Picks the variant, by weight unless named, and its least busy instance that is well, or any where the
 * variant's RoutingConfig asks for that; waits for one where all are starting.
 *
 * @throws AwsError ValidationError or ServiceUnavailable; of serverless variants ThrottlingException or ModelNotReadyException
 */
export async function pickInstance(
  deployment: Deployment,
  targetVariant: string | undefined,
  waitMs: number,
  random: () => number = Math.random,
): Promise<Route> {
  const production = deployment.fleets.filter(({ isShadow }) => !isShadow);
  const fleet =
    targetVariant === undefined
      ? byWeight(production, random())
      : named(deployment.endpointName, production, targetVariant);
  if ("take" in fleet) return { fleet, ...(await fleet.take(waitMs)) };
  const deadline = Date.now() + waitMs;
  for (;;) {
    const instance = pickFrom(fleet, random);
    if (instance !== undefined) return { fleet, instance, release: () => undefined };
    if (Date.now() >= deadline) {
      throw new AwsError(
        "ServiceUnavailable",
        `No instance of endpoint ${deployment.endpointName} is available.`,
        503,
      );
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

/** The instance of a fleet that gets the next request; undefined while none is well. */
export function pickFrom({ healthy, variant }: VariantFleet, random: () => number): Instance | undefined {
  const [first, ...others] = healthy;
  if (first === undefined) return undefined;
  if (variant.RoutingConfig?.RoutingStrategy === "RANDOM") {
    return healthy[Math.floor(random() * healthy.length)];
  }
  return others.reduce((best, next) => (next.inFlight < best.inFlight ? next : best), first);
}

function byWeight(fleets: readonly VariantFleet[], random: number): VariantFleet {
  const total = fleets.reduce((sum, fleet) => sum + fleet.weight, 0);
  let left = random * total;
  for (const fleet of fleets) {
    left -= fleet.weight;
    if (left < 0) return fleet;
  }
  return fleets[0]!;
}

function named(endpointName: string, fleets: readonly VariantFleet[], variant: string): VariantFleet {
  const fleet = fleets.find((candidate) => candidate.variant.VariantName === variant);
  if (fleet !== undefined) return fleet;
  throw new AwsError("ValidationError", `Variant ${variant} of endpoint ${endpointName} not found.`);
}
