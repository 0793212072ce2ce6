import { wakeUp } from "@sightline/contract/wake-up";
import { call } from "../aws/call.js";
import type { Session } from "../session.js";

/** The names under which Application Auto Scaling knows a variant. */
export function scalableTarget(endpoint: string, variant: string) {
  return {
    ServiceNamespace: "sagemaker",
    ResourceId: `endpoint/${endpoint}/variant/${variant}`,
    ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
  } as const;
}

/** Name of the policy that starts the first instance. */
export const WAKE_UP_POLICY = "sightline-wake-up";

function alarmName(endpoint: string, variant: string): string {
  return `${WAKE_UP_POLICY}-${endpoint}-${variant}`;
}

/** Makes the policy and the alarm that start the first instance. */
export async function registerWakeUp(
  session: Session,
  endpoint: string,
  variant: string,
  target: ReturnType<typeof scalableTarget>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { PolicyARN } = await call(
    session,
    "application-auto-scaling",
    "PutScalingPolicy",
    {
      ...target,
      PolicyName: WAKE_UP_POLICY,
      ...wakeUp.policy,
    },
    { signal },
  );
  await call(
    session,
    "cloudwatch",
    "PutMetricAlarm",
    {
      AlarmName: alarmName(endpoint, variant),
      AlarmDescription: "Starts the first instance of an asynchronous endpoint when an invocation waits.",
      ...wakeUp.alarm,
      Dimensions: [{ Name: "EndpointName", Value: endpoint }],
      AlarmActions: [PolicyARN ?? ""],
    },
    { signal },
  );
}

/** Deletes the alarm that called the policy. */
export async function removeWakeUpAlarm(
  session: Session,
  endpoint: string,
  variant: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await call(
    session,
    "cloudwatch",
    "DeleteAlarms",
    { AlarmNames: [alarmName(endpoint, variant)] },
    { signal },
  );
}
