import { call } from "../aws/call.js";
import type { WaitOptions } from "../aws/poll.js";
import { checkNumber } from "../checks/numbers.js";
import { EndpointFailedError, InvalidInputError } from "../errors.js";
import type { Session } from "../session.js";
import { type Endpoint, endpointName } from "./endpoint.js";
import { settleEndpoint } from "./settle-endpoint.js";

/**
 * Changes how an endpoint's variants share its requests, and waits until they do. No instance is started or stopped.
 *
 * @param weights shares by variant, relative to each other; the endpoint's own is `AllTraffic`
 * @param options `timeoutMs` default: 4 hours
 * @throws InvalidInputError, AwsRequestError for a variant that is not there, EndpointFailedError, WaitTimeoutError
 * @example
 * ```ts
 * await setVariantWeights(session, "drivers", { AllTraffic: 9, candidate: 1 }); // a tenth to the candidate
 * ```
 */
export async function setVariantWeights(
  session: Session,
  endpoint: Endpoint | string,
  weights: Readonly<Record<string, number>>,
  options: WaitOptions = {},
): Promise<void> {
  const name = endpointName(endpoint);
  const entries = Object.entries(weights);
  if (entries.length === 0) {
    throw new InvalidInputError(
      "weights",
      "of one variant at least",
      weights,
      "For example { AllTraffic: 1 }.",
    );
  }
  for (const [variant, weight] of entries)
    checkNumber(`weights.${variant}`, weight, 0, Number.MAX_SAFE_INTEGER);
  await call(
    session,
    "sagemaker",
    "UpdateEndpointWeightsAndCapacities",
    {
      EndpointName: name,
      DesiredWeightsAndCapacities: entries.map(([VariantName, DesiredWeight]) => ({
        VariantName,
        DesiredWeight,
      })),
    },
    { signal: options.signal },
  );
  const state = await settleEndpoint(session, name, options);
  if (state?.status === "InService") return;
  throw new EndpointFailedError(name, {
    status: state?.status ?? "missing",
    failureReason: state?.failureReason ?? "no reason given",
    rolledBack: false,
    logTail: [],
  });
}
