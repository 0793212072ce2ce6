import { randomBytes } from "node:crypto";
import path from "node:path";
import type { Cloud } from "../../cloud.js";
import type { RecordStore } from "../../state/record-store.js";
import type { EndpointConfig, VariantConfig } from "./endpoint-configs.js";
import type { DataCaptureConfig, EndpointPlan, VariantState } from "./endpoint-plan.js";
import { endpointLogGroup, Fleet } from "./fleet.js";
import { findModel, type Model } from "./models.js";
import { ServerlessFleet } from "./serverless-fleet.js";
import { Share } from "./share.js";

/** What serves a variant: instances, or containers that come and go. */
export type VariantFleet = Fleet | ServerlessFleet;

/** The running side of an endpoint: the fleets of one config. */
export interface Deployment {
  readonly endpointName: string;
  readonly config: EndpointConfig;
  readonly fleets: readonly VariantFleet[];
  /** Which requests the shadow variant gets a copy of, and which are captured. */
  readonly mirrored: Share;
  readonly captured: Share;
  /** What of requests and answers is kept in S3; undefined where nothing is. */
  readonly dataCapture: DataCaptureConfig | undefined;
}

/** All variants of a config, those that get copies only too. */
export function variantsOf({ request }: Pick<EndpointConfig, "request">): readonly VariantConfig[] {
  return [...request.ProductionVariants, ...(request.ShadowProductionVariants ?? [])];
}

/** Variants, models and counts of a config. @throws AwsError ValidationException for a model that is gone */
export function planDeployment(
  cloud: Cloud,
  models: RecordStore<Model>,
  config: EndpointConfig,
): EndpointPlan {
  const used: Record<string, Model> = {};
  const variants: Record<string, VariantState> = {};
  for (const variant of variantsOf(config)) {
    const model = findModel(cloud, models, variant.ModelName!);
    used[model.name] = model;
    variants[variant.VariantName] = {
      desired: variant.ServerlessConfig === undefined ? (variant.InitialInstanceCount ?? 1) : 0,
      weight: variant.InitialVariantWeight ?? 1,
    };
  }
  return { config, models: used, variants, dataCapture: config.request.DataCaptureConfig };
}

/** Makes the fleets of a plan; nothing runs yet. */
export function buildDeployment(cloud: Cloud, endpointName: string, plan: EndpointPlan): Deployment {
  const id = randomBytes(4).toString("hex");
  const shadows = plan.config.request.ShadowProductionVariants ?? [];
  const fleets = variantsOf(plan.config).map((variant) => {
    const { desired, weight } = plan.variants[variant.VariantName]!;
    const VariantFleet = variant.ServerlessConfig === undefined ? Fleet : ServerlessFleet;
    return new VariantFleet({
      cloud,
      variant,
      isShadow: shadows.includes(variant),
      model: plan.models[variant.ModelName!]!,
      desired,
      weight,
      folder: path.join(cloud.workDir, "endpoints", endpointName, id, variant.VariantName),
      logGroup: endpointLogGroup(endpointName),
    });
  });
  return {
    endpointName,
    config: plan.config,
    fleets,
    mirrored: new Share(),
    captured: new Share(),
    dataCapture: plan.dataCapture?.EnableCapture === false ? undefined : plan.dataCapture,
  };
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
