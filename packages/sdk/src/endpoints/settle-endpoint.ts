import { startClock, type WaitOptions } from "../aws/poll.js";
import type { Session } from "../session.js";
import { describeEndpoint, type EndpointState } from "./describe-endpoint.js";

/** How an endpoint is waited for. */
export interface EndpointWait extends WaitOptions {
  readonly onStatus?: ((status: string, seconds: number) => Promise<void>) | undefined;
}

/** The service gives up after 4 h at most, whatever time-outs the containers have. */
const DEFAULT_TIMEOUT_MS = 4 * 3_600_000;
/** Statuses of an endpoint that is being changed. */
export const MOVING: readonly string[] = [
  "Creating",
  "Updating",
  "SystemUpdating",
  "RollingBack",
  "Deleting",
];

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
        await options.onStatus?.(state.status, waitedMs / 1000);
        clock.reset();
      }
      last = state.status;
      if (!MOVING.includes(state.status) && isSettled(state, waitedMs)) return state;
    }
    await clock.next(last);
  }
}
