import { call, orUndefined } from "../aws/call.js";
import type { Session } from "../session.js";

/** What DescribeEndpoint says, as far as this package needs it. */
export interface EndpointState {
  readonly arn: string;
  readonly status: string;
  readonly configName: string;
  readonly failureReason: string | undefined;
  readonly modifiedAt: number;
  readonly variants: readonly { readonly name: string; readonly instances: number | undefined }[];
}

/** The endpoint's state; undefined when there is none. */
export async function describeEndpoint(
  session: Session,
  name: string,
  signal: AbortSignal | undefined,
): Promise<EndpointState | undefined> {
  const found = await orUndefined(
    call(session, "sagemaker", "DescribeEndpoint", { EndpointName: name }, { signal }),
  );
  if (found === undefined) return undefined;
  return {
    arn: found.EndpointArn ?? "",
    status: found.EndpointStatus ?? "",
    configName: found.EndpointConfigName ?? "",
    failureReason: found.FailureReason,
    modifiedAt: found.LastModifiedTime?.getTime() ?? 0,
    variants: (found.ProductionVariants ?? []).map((variant) => ({
      name: variant.VariantName ?? "",
      instances: variant.CurrentInstanceCount,
    })),
  };
}
