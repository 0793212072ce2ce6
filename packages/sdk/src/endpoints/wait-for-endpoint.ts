import { call, orUndefined } from "../aws/call.js";
import { EndpointFailedError } from "../errors.js";
import { logTail } from "../logs/log-tail.js";
import type { Session } from "../session.js";
import { startClock, type WaitOptions } from "../wait/poll.js";
import { endpointLogGroup } from "./endpoint.js";

/** What DescribeEndpoint says, as far as this package needs it. */
export interface EndpointState {
  readonly arn: string;
  readonly status: string;
  readonly configName: string;
  readonly failureReason: string | undefined;
  readonly modifiedAt: number;
  readonly variants: readonly { readonly name: string; readonly instances: number | undefined }[];
}

export interface EndpointWait extends WaitOptions {
  readonly onStatus?: ((status: string, seconds: number) => void) | undefined;
}

/** The service gives up after 4 h at most, whatever time-outs the containers have. */
const DEFAULT_TIMEOUT_MS = 4 * 3_600_000;
/** How long a describe may lag behind the update it follows. */
const LAG_MS = 30_000;
const MOVING: readonly string[] = ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"];

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

/** Waits while the endpoint is being changed. Undefined once it is gone. */
export async function settleEndpoint(
  session: Session,
  name: string,
  options: EndpointWait,
  isSettled: (state: EndpointState, waitedMs: number) => boolean = () => true,
): Promise<EndpointState | undefined> {
  const clock = startClock(`endpoint ${name}`, {
    ...options,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    logger: session.logger,
  });
  let last = "";
  for (;;) {
    const look = await clock.tolerate(async (signal) => ({
      state: await describeEndpoint(session, name, signal),
    }));
    if (look !== undefined) {
      const { state } = look;
      if (state === undefined) return undefined;
      const waitedMs = Date.now() - clock.startedAt;
      if (state.status !== last) {
        options.onStatus?.(state.status, waitedMs / 1000);
        clock.reset();
      }
      last = state.status;
      if (!MOVING.includes(state.status) && isSettled(state, waitedMs)) return state;
    }
    await clock.next(last);
  }
}

/**
 * Waits until the endpoint serves `configName`. InService alone proves nothing: a deployment that rolls back
 * ends InService too, with the former configuration.
 *
 * @param before the state before the update, by which a rollback is told from a describe that lags behind
 * @throws EndpointFailedError
 */
export async function waitUntilLive(
  session: Session,
  name: string,
  configName: string,
  before: EndpointState | undefined,
  options: EndpointWait,
): Promise<EndpointState> {
  let moved = before === undefined;
  const state = await settleEndpoint(
    session,
    name,
    {
      ...options,
      onStatus: (status, seconds) => {
        moved ||= MOVING.includes(status);
        options.onStatus?.(status, seconds);
      },
    },
    (seen, waitedMs) =>
      seen.configName === configName ||
      seen.status !== "InService" ||
      moved ||
      (seen.modifiedAt > (before?.modifiedAt ?? 0) && seen.failureReason !== undefined) ||
      waitedMs > LAG_MS,
  );
  if (state?.status === "InService" && state.configName === configName) return state;
  const isBack = state?.status === "InService" && state.configName === before?.configName;
  throw new EndpointFailedError(name, {
    status: state?.status ?? "Deleted",
    failureReason: state?.failureReason ?? reasonFor(state, isBack),
    rolledBack: isBack,
    logTail: await logTail(session, endpointLogGroup(name), undefined),
  });
}

function reasonFor(state: EndpointState | undefined, isBack: boolean): string {
  if (state === undefined) return "somebody deleted it meanwhile";
  if (state.status === "InService" && !isBack) {
    return `it serves ${state.configName}, which somebody else deployed meanwhile`;
  }
  return "the service gives no reason";
}

/**
 * Waits until an endpoint that somebody else deploys is in service.
 *
 * @throws EndpointFailedError, WaitTimeoutError (default after 4 hours)
 */
export async function waitForEndpoint(
  session: Session,
  name: string,
  options: WaitOptions & { readonly onStatus?: (status: string, seconds: number) => void } = {},
): Promise<{ readonly name: string; readonly configName: string }> {
  const state = await settleEndpoint(session, name, options);
  if (state?.status === "InService") return { name, configName: state.configName };
  throw new EndpointFailedError(name, {
    status: state?.status ?? "missing",
    failureReason:
      state?.failureReason ?? (state === undefined ? "there is no such endpoint" : "no reason given"),
    rolledBack: false,
    logTail: state === undefined ? [] : await logTail(session, endpointLogGroup(name), undefined),
  });
}
