import { call, orUndefined } from "../aws/call.js";
import type { Session } from "../session.js";
import { describeEndpoint } from "./describe-endpoint.js";
import { type Endpoint, VARIANT_NAME } from "./endpoint.js";

/**
 * The handle of an endpoint that was deployed before, for example in another notebook.
 *
 * @returns undefined when there is none, or it is not in service
 * @throws AwsRequestError when the service refuses it or cannot be reached
 * @example
 * ```ts
 * (await getEndpoint(session, "drivers"))?.configName; // "drivers-0f3a5b8c1d2e"
 * ```
 */
export async function getEndpoint(
  session: Session,
  name: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Endpoint | undefined> {
  const { signal } = options;
  const state = await describeEndpoint(session, name, signal);
  if (state?.status !== "InService") return undefined;
  const config = await orUndefined(
    call(
      session,
      "sagemaker",
      "DescribeEndpointConfig",
      { EndpointConfigName: state.configName },
      { signal },
    ),
  );
  return {
    kind: "endpoint",
    name,
    arn: state.arn,
    configName: state.configName,
    modelName: config?.ProductionVariants?.[0]?.ModelName ?? "",
    variantName: state.variants[0]?.name ?? VARIANT_NAME,
    isAsync: config?.AsyncInferenceConfig !== undefined,
    action: "unchanged",
  };
}
