import { call } from "../aws/call.js";
import { InvalidInputError } from "../errors.js";
import type { Session } from "../session.js";
import type { Deployment } from "./deploy-options.js";
import type { EndpointState } from "./describe-endpoint.js";
import { type Endpoint, VARIANT_NAME } from "./endpoint.js";
import { describeTarget } from "./scaling-policies.js";

/** How the endpoint comes from what it is to what is asked for. */
export interface Plan {
  readonly action: Endpoint["action"];
  readonly retain: boolean;
  /** The registered scaling has to be ended for the update. */
  readonly endScaling: boolean;
}

/** Looks what has to be done. */
export async function planChange(
  session: Session,
  options: Deployment,
  configName: string,
  before: EndpointState | undefined,
): Promise<Plan> {
  if (before === undefined) return { action: "created", retain: false, endScaling: false };
  // An update to the live configuration is refused; there is nothing to do either.
  if (before.configName === configName && before.status === "InService") {
    return { action: "unchanged", retain: false, endScaling: false };
  }
  const { instance } = options;
  if (instance === undefined) return { action: "updated", retain: false, endScaling: false };
  const scaled = (await describeTarget(session, options.name, VARIANT_NAME, options.signal)) !== undefined;
  const retain =
    before.variants.some((variant) => variant.name === VARIANT_NAME) &&
    (options.retainInstances ??
      (options.autoscaling !== undefined || scaled || instance.count === undefined));
  const endScaling = scaled && (await changesInstanceType(session, options, instance.type, before));
  return { action: "updated", retain, endScaling };
}

/**
 * While a variant is registered for scaling, an update that changes its instance type fails. Its scaling is
 * ended for it, provided that the caller says what is to follow.
 */
async function changesInstanceType(
  session: Session,
  options: Deployment,
  type: string,
  before: EndpointState,
): Promise<boolean> {
  const config = await call(
    session,
    "sagemaker",
    "DescribeEndpointConfig",
    { EndpointConfigName: before.configName },
    { signal: options.signal },
  );
  const live = config.ProductionVariants?.find(
    (variant) => variant.VariantName === VARIANT_NAME,
  )?.InstanceType;
  if (live === type) return false;
  if (options.autoscaling !== undefined) return true;
  throw new InvalidInputError(
    "autoscaling",
    `given when the instance type changes (from ${live})`,
    undefined,
    "The registered scaling has to be ended for that; say what is to follow.",
  );
}
