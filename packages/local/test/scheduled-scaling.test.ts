import {
  ApplicationAutoScalingClient,
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScheduledActionsCommand,
  PutScheduledActionCommand,
  type PutScheduledActionCommandInput,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { DescribeEndpointCommand } from "@aws-sdk/client-sagemaker";
import { beforeAll, expect, test } from "vitest";
import { useHosting } from "./hosting-support.js";
import { eventually } from "./support.js";

// A minute of AWS's is 1.2 s here.
const hosting = useHosting();
const target = {
  ServiceNamespace: "sagemaker",
  ResourceId: "endpoint/main/variant/v1",
  ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
} as const;
let scaling: ApplicationAutoScalingClient;
beforeAll(async () => {
  scaling = new ApplicationAutoScalingClient(hosting.config);
  await scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 1, MaxCapacity: 1 }));
});

const put = (
  ScheduledActionName: string,
  Schedule: string,
  MinCapacity?: number,
  MaxCapacity?: number,
  more: Partial<PutScheduledActionCommandInput> = {},
) =>
  scaling.send(
    new PutScheduledActionCommand({
      ...target,
      ScheduledActionName,
      Schedule,
      ScalableTargetAction: { MinCapacity, MaxCapacity },
      ...more,
    }),
  );
const describeAll = async () =>
  (await scaling.send(new DescribeScheduledActionsCommand({ ServiceNamespace: "sagemaker" })))
    .ScheduledActions!;
/** The variant when it has so many instances. */
const instances = (count: number) =>
  eventually(async () => {
    const { ProductionVariants } = await hosting.client.send(
      new DescribeEndpointCommand({ EndpointName: "main" }),
    );
    return ProductionVariants?.[0]?.CurrentInstanceCount === count ? true : undefined;
  }, 60_000);

test("an action at its time sets the target's bounds, and the instances follow", async () => {
  const inAMinute = new Date(Date.now() + 90_000).toISOString().slice(0, 19);
  await put("morning", `at(${inAMinute})`, 2, 3);
  await instances(2);
  const { ScalableTargets } = await scaling.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace: "sagemaker" }),
  );
  expect(ScalableTargets).toMatchObject([{ MinCapacity: 2, MaxCapacity: 3 }]);
  const { ScalingActivities } = await scaling.send(
    new DescribeScalingActivitiesCommand({ ServiceNamespace: "sagemaker" }),
  );
  expect(ScalingActivities?.map(({ Cause }) => Cause)).toEqual([
    "maximum or minimum capacity was changed by scheduled action morning",
    "scheduled action name morning was triggered",
  ]);
  expect(await describeAll()).toMatchObject([
    { ScheduledActionName: "morning", Schedule: `at(${inAMinute})`, Timezone: "UTC", ...target },
  ]);
});

test("an action that comes again and again is changed, and deleted", async () => {
  await put("evening", "rate(1 minute)", 1, 1);
  await instances(1);
  await put("evening", "cron(0 20 ? * MON-FRI *)", 1, 1);
  expect((await describeAll()).map(({ Schedule }) => Schedule)).toContain("cron(0 20 ? * MON-FRI *)");
  await scaling.send(new DeleteScheduledActionCommand({ ...target, ScheduledActionName: "evening" }));
  const again = scaling.send(new DeleteScheduledActionCommand({ ...target, ScheduledActionName: "evening" }));
  await expect(again).rejects.toMatchObject({ name: "ObjectNotFoundException" });
});

test("what is no schedule, or one that is over, is refused; a target takes its actions with it", async () => {
  await expect(put("never", "at(2020-01-01T00:00:00)", 1)).rejects.toThrow("is in the past");
  await expect(put("never", "weekly", 1)).rejects.toThrow("must be at(");
  await expect(put("never", "rate(1 day)")).rejects.toThrow("MinCapacity or MaxCapacity");
  await expect(put("never", "rate(1 day)", 3, 2)).rejects.toThrow("Minimum capacity");
  const mars = put("never", "rate(1 day)", 1, 2, { Timezone: "Mars/Base" });
  await expect(mars).rejects.toThrow('Timezone "Mars/Base"');
  const times = { StartTime: new Date("2030-01-02"), EndTime: new Date("2030-01-01") };
  await expect(put("never", "rate(1 day)", 1, 2, times)).rejects.toThrow("StartTime must be before EndTime");
  expect(await describeAll()).toHaveLength(1);
  await scaling.send(new DeregisterScalableTargetCommand(target));
  expect(await describeAll()).toEqual([]);
});
