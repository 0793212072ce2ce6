import { call, isNotFound } from "../aws/call.js";
import type { Session } from "../session.js";
import { type Endpoint, endpointName, VARIANT_NAME } from "./endpoint.js";
import { removeOtherPolicies } from "./scaling-policies.js";
import { scalableTarget } from "./wake-up.js";

/**
 * Ends the scaling of an endpoint's variant, with its policies and alarms. The instances stay as they are.
 *
 * @returns false when it was not registered
 * @throws AwsRequestError when the service refuses it or cannot be reached
 * @example
 * ```ts
 * await deregisterAutoscaling(session, "drivers"); // true
 * ```
 */
export async function deregisterAutoscaling(
  session: Session,
  endpoint: Endpoint | string,
  request: { readonly variantName?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<boolean> {
  const name = endpointName(endpoint);
  const variant = request.variantName ?? (typeof endpoint === "string" ? VARIANT_NAME : endpoint.variantName);
  const { signal } = request;
  try {
    // With the target its policies go, and the alarms that the service made; the wake-up's alarm is ours.
    await removeOtherPolicies(session, name, variant, [], signal);
    const target = scalableTarget(name, variant);
    await call(session, "application-auto-scaling", "DeregisterScalableTarget", target, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
