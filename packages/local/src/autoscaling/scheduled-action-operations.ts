import { randomUUID } from "node:crypto";
import type * as AutoScaling from "@aws-sdk/client-application-auto-scaling";
import type { Cloud } from "../cloud.js";
import type { Operations } from "../wire/operation-types.js";
import { invalid, KIND, notFound, page } from "./answers.js";
import type { ScalingRecords } from "./scaling-records.js";
import { checkTimezone, nextRun } from "./schedule.js";
import { type ScheduledAction, scheduledKey, scheduleOf } from "./scheduled-action.js";

type ScheduledActionOperation = "PutScheduledAction" | "DescribeScheduledActions" | "DeleteScheduledAction";

/** Makes the operations on scheduled actions. `findTarget` throws where there is no such target. */
export function createScheduledActionOperations(
  cloud: Cloud,
  { scheduled }: ScalingRecords,
  findTarget: (resourceId: string) => unknown,
): Operations<typeof AutoScaling, ScheduledActionOperation> {
  return {
    PutScheduledAction(input) {
      const { ResourceId: resourceId, ScheduledActionName: name, ScalableTargetAction: wanted } = input;
      findTarget(resourceId);
      const former = scheduled.get(scheduledKey(input));
      // What a change leaves out stays as it was.
      const request = { ...former?.request, ...input };
      const { MinCapacity: min, MaxCapacity: max } = request.ScalableTargetAction ?? {};
      if (request.Schedule === undefined) throw invalid("Schedule is required for a new scheduled action.");
      if (min === undefined && max === undefined) {
        throw invalid("ScalableTargetAction needs MinCapacity or MaxCapacity.");
      }
      if ((min ?? 0) > (max ?? Number.POSITIVE_INFINITY)) {
        throw invalid("Minimum capacity cannot be greater than maximum capacity.");
      }
      const { StartTime: from, EndTime: until, Timezone: timezone } = request;
      if (timezone !== undefined) checkTimezone(timezone);
      if (from !== undefined && until !== undefined && new Date(from) >= new Date(until)) {
        throw invalid("StartTime must be before EndTime.");
      }
      const arn =
        former?.arn ??
        `arn:aws:autoscaling:${cloud.region}:${cloud.account}:scheduledAction:${randomUUID()}:resource/sagemaker/${resourceId}:scheduledActionName/${name}`;
      const action: ScheduledAction = { arn, created: Date.now(), request };
      if (nextRun(scheduleOf(action), action.created) === undefined) {
        throw invalid(`Schedule ${request.Schedule} is in the past.`);
      }
      cloud.logger.info(`Scheduled action ${name} of ${resourceId}: ${JSON.stringify(wanted ?? {})}`);
      scheduled.set(scheduledKey(input), action);
      return {};
    },
    DescribeScheduledActions(input) {
      const { ScheduledActionNames: names, ResourceId: resource } = input;
      const found = scheduled
        .all()
        .filter(({ request }) => resource === undefined || request.ResourceId === resource)
        .filter(({ request }) => names?.includes(request.ScheduledActionName) ?? true);
      const { page: shown, nextToken } = page(found, input);
      return {
        ScheduledActions: shown.map(({ arn, created, request }) => ({
          ...KIND,
          ...request,
          Schedule: request.Schedule!,
          Timezone: request.Timezone ?? "UTC",
          StartTime: optionalInstant(request.StartTime),
          EndTime: optionalInstant(request.EndTime),
          ScheduledActionARN: arn,
          CreationTime: new Date(created),
        })),
        NextToken: nextToken,
      };
    },
    DeleteScheduledAction(input) {
      const key = scheduledKey(input);
      if (!scheduled.has(key)) {
        throw notFound(
          "scheduled action found",
          input.ResourceId,
          `, action name: ${input.ScheduledActionName}`,
        );
      }
      scheduled.delete(key);
      return {};
    },
  };
}

/** An instant of a record, which is text after a restart. */
function optionalInstant(instant: Date | undefined): Date | undefined {
  return instant === undefined ? undefined : new Date(instant);
}
