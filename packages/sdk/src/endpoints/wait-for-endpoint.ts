import { type LongWork, longWork } from "@sightline/foundation/long-work";
import type { WaitOptions } from "../aws/poll.js";
import { EndpointFailedError } from "../errors.js";
import { logTail } from "../logs/log-tail.js";
import type { Session } from "../session.js";
import { endpointLogGroup } from "./endpoint.js";
import { settleEndpoint } from "./settle-endpoint.js";

/** An endpoint's status, told when it changes. */
export interface EndpointStatusEvent {
  readonly kind: "status";
  /** `Creating`, `Updating`, `RollingBack`, `InService`, `Failed`, `Deleting` and so on. */
  readonly status: string;
  /** Since the wait began. */
  readonly seconds: number;
}

/** An endpoint that is in service. */
export interface EndpointInService {
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** The configuration that serves. */
  readonly configName: string;
}

/**
 * Waits until an endpoint that somebody else deploys is in service. Iterate it for its status.
 *
 * @param options `timeoutMs` default: 4 hours
 * @throws EndpointFailedError, WaitTimeoutError
 * @example
 * ```ts
 * const { configName } = await waitForEndpoint(session, "drivers"); // "drivers-0f3a5b8c1d2e"
 * ```
 */
export function waitForEndpoint(
  session: Session,
  name: string,
  options: WaitOptions = {},
): LongWork<EndpointStatusEvent, EndpointInService> {
  return longWork(async (signal, tell) => {
    const onStatus = (status: string, seconds: number) => tell({ kind: "status", status, seconds });
    const state = await settleEndpoint(session, name, { ...options, signal, onStatus });
    if (state?.status === "InService") return { name, configName: state.configName };
    throw new EndpointFailedError(name, {
      status: state?.status ?? "missing",
      failureReason:
        state?.failureReason ?? (state === undefined ? "there is no such endpoint" : "no reason given"),
      rolledBack: false,
      logTail: state === undefined ? [] : await logTail(session, endpointLogGroup(name), undefined),
    });
  }, options);
}
