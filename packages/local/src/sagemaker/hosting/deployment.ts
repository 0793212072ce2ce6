import { randomBytes } from "node:crypto";
import path from "node:path";
import type { Cloud } from "../../cloud.js";
import type { RecordStore } from "../../state/record-store.js";
import type { EndpointConfig } from "./endpoint-configs.js";
import type { EndpointPlan, VariantState } from "./endpoint-plan.js";
import { endpointLogGroup, Fleet } from "./fleet.js";
import { findModel, type Model } from "./models.js";

/** The running side of an endpoint: the fleets of one config. */
export interface Deployment {
  readonly endpointName: string;
  readonly config: EndpointConfig;
  readonly fleets: readonly Fleet[];
}

/** Variants, models and counts of a config. @throws AwsError ValidationException for a model that is gone */
export function planDeployment(
  cloud: Cloud,
  models: RecordStore<Model>,
  config: EndpointConfig,
): EndpointPlan {
  const used: Record<string, Model> = {};
  const variants: Record<string, VariantState> = {};
  for (const variant of config.request.ProductionVariants) {
    const model = findModel(cloud, models, variant.ModelName!);
    used[model.name] = model;
    variants[variant.VariantName] = {
      desired: variant.InitialInstanceCount ?? 1,
      weight: variant.InitialVariantWeight ?? 1,
    };
  }
  return { config, models: used, variants };
}

/** Makes the fleets of a plan; nothing runs yet. */
export function buildDeployment(cloud: Cloud, endpointName: string, plan: EndpointPlan): Deployment {
  const id = randomBytes(4).toString("hex");
  const fleets = plan.config.request.ProductionVariants.map((variant) => {
    const { desired, weight } = plan.variants[variant.VariantName]!;
    return new Fleet({
      cloud,
      variant,
      model: plan.models[variant.ModelName!]!,
      desired,
      weight,
      folder: path.join(cloud.workDir, "endpoints", endpointName, id, variant.VariantName),
      logGroup: endpointLogGroup(endpointName),
    });
  });
  return { endpointName, config: plan.config, fleets };
}

/** Starts all fleets. When one does not start, all are stopped. @throws FleetStartError */
export async function launch(deployment: Deployment): Promise<void> {
  try {
    await Promise.all(deployment.fleets.map((fleet) => fleet.start()));
  } catch (error) {
    await stopDeployment(deployment);
    throw error;
  }
}

/** Stops every process at once. */
export async function stopDeployment({ fleets }: Deployment): Promise<void> {
  await Promise.all(fleets.map((fleet) => fleet.stopNow()));
}

/** Lets running requests end, then stops every process. */
export async function drainDeployment({ fleets }: Deployment): Promise<void> {
  await Promise.all(fleets.map((fleet) => fleet.drainAndStop()));
}
