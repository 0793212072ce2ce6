import type * as CloudWatch from "@aws-sdk/client-cloudwatch";
import { arn } from "../arn.js";
import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { RecordStore } from "../state/record-store.js";
import type { InputOf, Operations } from "../wire/operation-types.js";
import { pageOf } from "../wire/page.js";
import type { Alarm } from "./alarms.js";
import { invalidValue, readMetric, showMetric } from "./metric-names.js";

type AlarmOperation = "PutMetricAlarm" | "DescribeAlarms" | "DescribeAlarmsForMetric" | "DeleteAlarms";

/** Alarms of one page, when the caller does not say. */
const DEFAULT_LIMIT = 50;
/** The statistics that are not percentiles. */
const STATISTICS = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] as const;

/** Makes CloudWatch's operations on alarms. */
export function createAlarmOperations(
  cloud: Cloud,
  alarms: RecordStore<Alarm>,
): Operations<typeof CloudWatch, AlarmOperation> {
  return {
    PutMetricAlarm(input) {
      const name = input.AlarmName;
      alarms.set(name, {
        ...readAlarm(input),
        arn: arn(cloud, "cloudwatch", `alarm:${name}`),
        configuredMs: Date.now(),
        ...stateOf(alarms.get(name)),
      });
      return {};
    },
    DescribeAlarms(input) {
      const { AlarmNames: names, AlarmNamePrefix: prefix = "", ActionPrefix: action } = input;
      const found = alarms
        .all()
        .filter(() => input.AlarmTypes?.includes("MetricAlarm") ?? true)
        .filter(({ name }) => (names === undefined ? name.startsWith(prefix) : names.includes(name)))
        .filter(({ state }) => input.StateValue === undefined || state === input.StateValue)
        .filter(({ actions }) => action === undefined || actions.some((one) => one.startsWith(action)));
      const limit = input.MaxRecords ?? DEFAULT_LIMIT;
      const { page, nextToken } = pageOf(found, input.NextToken, limit, "InvalidNextToken");
      return { MetricAlarms: page.map(showAlarm), CompositeAlarms: [], NextToken: nextToken };
    },
    DescribeAlarmsForMetric(input) {
      const wanted = JSON.stringify(readMetric(input));
      const { Statistic, ExtendedStatistic, Period, Unit } = input;
      const statistic = Statistic ?? ExtendedStatistic;
      const found = alarms
        .all()
        .filter(({ metric }) => JSON.stringify(metric) === wanted)
        .filter((alarm) => statistic === undefined || alarm.statistic === statistic)
        .filter((alarm) => Period === undefined || alarm.periodSeconds === Period)
        .filter((alarm) => Unit === undefined || alarm.unit === Unit);
      return { MetricAlarms: found.map(showAlarm) };
    },
    DeleteAlarms({ AlarmNames: names }) {
      const missing = names.filter((name) => !alarms.has(name));
      if (missing.length > 0)
        throw new AwsError("ResourceNotFound", `Alarms not found: ${missing.join(", ")}`, 404);
      for (const name of names) alarms.delete(name);
      return {};
    },
  };
}

/** What a PutMetricAlarm says of its alarm. */
function readAlarm(
  input: InputOf<typeof CloudWatch, "PutMetricAlarm">,
): Omit<Alarm, "arn" | "state" | "stateReason" | "stateMs" | "configuredMs"> {
  const { MetricName, Threshold: threshold, EvaluationPeriods: evaluationPeriods } = input;
  const needed = { MetricName, Namespace: input.Namespace, Period: input.Period, Threshold: threshold };
  for (const [member, value] of Object.entries({ ...needed, EvaluationPeriods: evaluationPeriods })) {
    if (value === undefined) throw invalidValue(`An alarm on one metric needs ${member}.`);
  }
  const statistic = input.Statistic ?? input.ExtendedStatistic;
  if (statistic === undefined) throw invalidValue("An alarm needs Statistic or ExtendedStatistic.");
  return {
    name: input.AlarmName,
    metric: readMetric(input),
    statistic,
    periodSeconds: input.Period!,
    evaluationPeriods: evaluationPeriods!,
    datapointsToAlarm: input.DatapointsToAlarm ?? evaluationPeriods!,
    threshold: threshold!,
    comparison: input.ComparisonOperator!,
    treatMissing: input.TreatMissingData ?? "missing",
    actionsEnabled: input.ActionsEnabled !== false,
    actions: input.AlarmActions ?? [],
    okActions: input.OKActions ?? [],
    insufficientDataActions: input.InsufficientDataActions ?? [],
    ...(input.Unit === undefined ? {} : { unit: input.Unit }),
    ...(input.AlarmDescription === undefined ? {} : { description: input.AlarmDescription }),
  };
}

/** A changed alarm keeps its state until it is looked at again. */
function stateOf(former: Alarm | undefined): Pick<Alarm, "state" | "stateReason" | "stateMs"> {
  return {
    state: former?.state ?? "INSUFFICIENT_DATA",
    stateReason: former?.stateReason ?? "Unchecked: Initial alarm creation",
    stateMs: former?.stateMs ?? Date.now(),
  };
}

function showAlarm(alarm: Alarm) {
  const plain = STATISTICS.find((name) => name === alarm.statistic);
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: alarm.description,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredMs),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: alarm.okActions ?? [],
    AlarmActions: alarm.actions,
    InsufficientDataActions: alarm.insufficientDataActions ?? [],
    StateValue: alarm.state,
    StateReason: alarm.stateReason,
    StateUpdatedTimestamp: new Date(alarm.stateMs),
    StateTransitionedTimestamp: new Date(alarm.stateMs),
    ...showMetric(alarm.metric),
    ...(plain === undefined ? { ExtendedStatistic: alarm.statistic } : { Statistic: plain }),
    Period: alarm.periodSeconds,
    Unit: alarm.unit,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    TreatMissingData: alarm.treatMissing,
  };
}
