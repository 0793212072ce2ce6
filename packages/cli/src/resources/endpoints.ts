import type { Session } from "@sightline/sdk";

/** An endpoint as `sightline list` shows it. */
export interface ListedEndpoint {
  readonly kind: "endpoint";
  readonly name: string;
  /** `InService`, `Creating`, `Failed` ... */
  readonly status: string;
  readonly createdAt: Date | undefined;
  /** Its variants' machines; a serverless variant has none. */
  readonly fleets: readonly Fleet[];
}

/** The machines of one variant, or of one job. */
export interface Fleet {
  /** `ml.m5.xlarge`; undefined for a serverless variant. */
  readonly instanceType: string | undefined;
  /** Machines that run now. */
  readonly instances: number;
}

interface Page {
  readonly Endpoints?: readonly { readonly EndpointName: string }[];
  readonly NextToken?: string;
}

interface Described {
  readonly EndpointName: string;
  readonly EndpointConfigName: string;
  readonly EndpointStatus: string;
  readonly CreationTime?: Date;
  readonly ProductionVariants?: readonly {
    readonly VariantName: string;
    readonly CurrentInstanceCount?: number;
  }[];
}

interface Config {
  readonly ProductionVariants?: readonly {
    readonly VariantName: string;
    readonly InstanceType?: string;
    readonly InitialInstanceCount?: number;
  }[];
}

/** All endpoints of account and region, newest first. */
export async function listEndpoints(session: Session, signal: AbortSignal): Promise<ListedEndpoint[]> {
  const listed: ListedEndpoint[] = [];
  let NextToken: string | undefined;
  do {
    const page: Page = await session.send(
      "sagemaker",
      "ListEndpoints",
      { NextToken, MaxResults: 100 },
      { signal },
    );
    for (const { EndpointName } of page.Endpoints ?? []) {
      const endpoint = await describe(session, EndpointName, signal);
      if (endpoint !== undefined) listed.push(endpoint);
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return listed;
}

/** Undefined for one that was deleted since it was listed. */
async function describe(
  session: Session,
  EndpointName: string,
  signal: AbortSignal,
): Promise<ListedEndpoint | undefined> {
  const found = await unlessGone(
    session.send<Described>("sagemaker", "DescribeEndpoint", { EndpointName }, { signal }),
  );
  if (found === undefined) return undefined;
  const { EndpointConfigName } = found;
  // A config may be deleted under its endpoint, which serves on.
  const config = await unlessGone(
    session.send<Config>("sagemaker", "DescribeEndpointConfig", { EndpointConfigName }, { signal }),
  );
  const now = new Map(
    found.ProductionVariants?.map((variant) => [variant.VariantName, variant.CurrentInstanceCount]),
  );
  const fleets = (config?.ProductionVariants ?? []).map(
    ({ VariantName, InstanceType, InitialInstanceCount = 0 }): Fleet => ({
      instanceType: InstanceType,
      instances: InstanceType === undefined ? 0 : (now.get(VariantName) ?? InitialInstanceCount),
    }),
  );
  return {
    kind: "endpoint",
    name: EndpointName,
    status: found.EndpointStatus,
    createdAt: found.CreationTime,
    fleets,
  };
}

/** Undefined for what is not there, in SageMaker's words. */
export async function unlessGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === "ResourceNotFound" || code === "NoSuchKey") return undefined;
    if (code === "ValidationException" && /could not find|not found|does not exist/i.test(message))
      return undefined;
    throw error;
  }
}
