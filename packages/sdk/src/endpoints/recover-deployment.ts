import { AwsRequestError, EndpointFailedError } from "../errors.js";
import type { Session } from "../session.js";
import type { Deployment } from "./deploy-options.js";
import type { EndpointState } from "./describe-endpoint.js";
import { removeFormerConfig } from "./former-config.js";
import { findLiveUse } from "./live-use.js";
import type { Plan } from "./plan-change.js";
import { registerAutoscaling } from "./register-autoscaling.js";

/**
 * After an update that did not come to serve: the former configuration gets its scaling back, and what was made
 * for the new one goes. While an update may still be under way (abort, time-out) nothing is touched.
 */
export async function recover(
  session: Session,
  options: Deployment,
  failed: {
    readonly config: { readonly name: string; readonly created: boolean };
    readonly plan: Plan;
    readonly before: EndpointState | undefined;
    readonly error: unknown;
  },
): Promise<void> {
  const { config, plan, before, error } = failed;
  const isOver =
    (error instanceof EndpointFailedError && error.rolledBack) || error instanceof AwsRequestError;
  if (!isOver || before === undefined || options.signal?.aborted) return;
  const { autoscaling, name, signal } = options;
  if (plan.endScaling && autoscaling !== undefined) {
    await attempt(session, options, `The scaling of ${name} was ended and not registered again`, () =>
      registerAutoscaling(session, name, autoscaling, { signal }),
    );
  }
  if (config.created && config.name !== before.configName) {
    await tidyUp(session, options, config.name);
  }
}

/** Removes a configuration that does not serve, with its models; what cannot be removed is told. */
export async function tidyUp(session: Session, options: Deployment, configName: string): Promise<void> {
  await attempt(session, options, `The configuration ${configName} was not removed`, async () => {
    const { signal } = options;
    const findUse = () => findLiveUse(session, signal);
    const { deleted, kept } = await removeFormerConfig(session, options.name, configName, findUse, signal);
    for (const gone of deleted) await options.tell({ kind: "removed", ...gone });
    for (const left of kept) {
      // A model may go on serving in the new configuration: that is no news.
      if (left.usedBy !== `endpoint ${options.name}`) await options.tell({ kind: "kept", ...left });
    }
  });
}

/** The deployment's outcome is settled by now: a failure beside it is told, and does not replace it. */
async function attempt(
  session: Session,
  options: Deployment,
  complaint: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const message = `${complaint}: ${(error as Error).message}`;
    session.logger?.warn(message);
    await options.tell({ kind: "warning", message });
  }
}
