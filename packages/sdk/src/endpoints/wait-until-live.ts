import { EndpointFailedError } from "../errors.js";
import { logTail } from "../logs/log-tail.js";
import type { Session } from "../session.js";
import type { EndpointState } from "./describe-endpoint.js";
import { endpointLogGroup } from "./endpoint.js";
import { type EndpointWait, MOVING, settleEndpoint } from "./settle-endpoint.js";

/** How long a describe may lag behind the update it follows. */
const LAG_MS = 30_000;

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
      onStatus: async (status, seconds) => {
        moved ||= MOVING.includes(status);
        await options.onStatus?.(status, seconds);
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
