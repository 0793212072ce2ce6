import { arn, type Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { RecordStore } from "../state/record-store.js";
import type { JsonInput, JsonOperations } from "../wire/json-service.js";
import type { Alarm } from "./alarms.js";
import { type MetricName, type MetricStore, statistic } from "./metric-store.js";

interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

/** Makes the CloudWatch operations. Instants are `Date` in both directions. */
export function createMetricOperations(
  cloud: Cloud,
  metrics: MetricStore,
  alarms: RecordStore<Alarm>,
): JsonOperations {
  return {
    PutMetricData(input) {
      for (const datum of input.MetricData as readonly JsonInput[]) {
        const metric = readMetric({ ...datum, Namespace: input.Namespace });
        recordDatum(metrics, metric, datum);
      }
      return {};
    },
    ListMetrics(input) {
      const dimensions = (input.Dimensions as readonly { Name: string; Value?: string }[] | undefined) ?? [];
      const found = metrics.find({
        namespace: input.Namespace as string | undefined,
        name: input.MetricName as string | undefined,
        dimensions: dimensions.map(({ Name, Value }) => (Value === undefined ? [Name] : [Name, Value])),
      });
      return { Metrics: found.map(showMetric) };
    },
    GetMetricStatistics(input) {
      const metric = readMetric(input);
      const names = (input.Statistics as readonly string[] | undefined) ?? [];
      const extended = (input.ExtendedStatistics as readonly string[] | undefined) ?? [];
      if (names.length + extended.length === 0) {
        throw invalid("Must specify either Statistics or ExtendedStatistics.");
      }
      const summaries = metrics.summarize(
        metric,
        toMs(input.StartTime)!,
        toMs(input.EndTime)!,
        periodMs(input.Period),
      );
      return {
        Label: metric.name,
        Datapoints: summaries.map((summary) => ({
          Timestamp: new Date(summary.startMs),
          ...Object.fromEntries(names.map((name) => [name, need(statistic(summary, name), name)])),
          ...(extended.length === 0
            ? {}
            : {
                ExtendedStatistics: Object.fromEntries(
                  extended.map((name) => [name, need(statistic(summary, name), name)]),
                ),
              }),
          Unit: metrics.unitOf(metric),
        })),
      };
    },
    GetMetricData(input) {
      const queries = input.MetricDataQueries as readonly JsonInput[];
      return {
        MetricDataResults: queries
          .filter((query) => query.ReturnData !== false)
          .map((query) => {
            const stat = query.MetricStat as { Metric: JsonInput; Period: number; Stat: string } | undefined;
            if (stat === undefined) throw invalid("The local CloudWatch does not implement metric math.");
            const metric = readMetric(stat.Metric);
            const summaries = metrics.summarize(
              metric,
              toMs(input.StartTime)!,
              toMs(input.EndTime)!,
              periodMs(stat.Period),
            );
            if (input.ScanBy !== "TimestampAscending") summaries.reverse();
            return {
              Id: query.Id,
              Label: query.Label ?? metric.name,
              Timestamps: summaries.map((summary) => new Date(summary.startMs)),
              Values: summaries.map((summary) => need(statistic(summary, stat.Stat), stat.Stat)),
              StatusCode: "Complete",
            };
          }),
        Messages: [],
      };
    },
    PutMetricAlarm(input) {
      const name = input.AlarmName as string;
      if (input.Metrics !== undefined || input.MetricName === undefined) {
        throw invalid("The local CloudWatch implements alarms on one metric only.");
      }
      const former = alarms.get(name);
      const evaluationPeriods = input.EvaluationPeriods as number;
      const treatMissing = (input.TreatMissingData as string | undefined) ?? "missing";
      alarms.set(name, {
        name,
        arn: arn(cloud, "cloudwatch", `alarm:${name}`),
        metric: readMetric(input),
        statistic: (input.Statistic ?? input.ExtendedStatistic ?? "Average") as string,
        periodSeconds: (input.Period as number | undefined) ?? 60,
        evaluationPeriods,
        datapointsToAlarm: (input.DatapointsToAlarm as number | undefined) ?? evaluationPeriods,
        threshold: input.Threshold as number,
        comparison: input.ComparisonOperator as string,
        treatMissing,
        actionsEnabled: input.ActionsEnabled !== false,
        actions: (input.AlarmActions as readonly string[] | undefined) ?? [],
        state: former?.state ?? "INSUFFICIENT_DATA",
        stateReason: former?.stateReason ?? "Unchecked: Initial alarm creation",
        stateMs: former?.stateMs ?? Date.now(),
        configuredMs: Date.now(),
        ...(input.AlarmDescription === undefined ? {} : { description: input.AlarmDescription as string }),
      });
      return {};
    },
    DescribeAlarms(input) {
      const names = input.AlarmNames as readonly string[] | undefined;
      const prefix = (input.AlarmNamePrefix as string | undefined) ?? "";
      const found = alarms
        .all()
        .filter((alarm) => (names === undefined ? alarm.name.startsWith(prefix) : names.includes(alarm.name)))
        .filter((alarm) => input.StateValue === undefined || alarm.state === input.StateValue);
      return { MetricAlarms: found.map(showAlarm), CompositeAlarms: [] };
    },
    DescribeAlarmsForMetric(input) {
      const wanted = JSON.stringify(readMetric(input));
      return {
        MetricAlarms: alarms
          .all()
          .filter(({ metric }) => JSON.stringify(metric) === wanted)
          .map(showAlarm),
      };
    },
    DeleteAlarms(input) {
      const names = input.AlarmNames as readonly string[];
      const missing = names.filter((name) => !alarms.has(name));
      if (missing.length > 0)
        throw new AwsError("ResourceNotFound", `Alarms not found: ${missing.join(", ")}`, 404);
      for (const name of names) alarms.delete(name);
      return {};
    },
  };
}

/** A datum has one value, values with or without their counts, or a set of statistics. */
function recordDatum(metrics: MetricStore, metric: MetricName, datum: JsonInput): void {
  const unit = datum.Unit as string | undefined;
  const at = toMs(datum.Timestamp) ?? Date.now();
  const set = datum.StatisticValues as
    | { SampleCount: number; Sum: number; Minimum: number; Maximum: number }
    | undefined;
  if (set !== undefined) {
    const { SampleCount: count, Sum: sum, Minimum: min, Maximum: max } = set;
    metrics.recordSet(metric, { count, sum, min, max }, unit, at);
    return;
  }
  const values = (datum.Values ?? [datum.Value]) as readonly (number | undefined)[];
  const counts = (datum.Counts as readonly number[] | undefined) ?? values.map(() => 1);
  if (counts.length !== values.length) {
    throw invalid("The parameters Values and Counts must be of the same size.");
  }
  for (const [index, value] of values.entries()) {
    if (value === undefined) throw invalid("A metric datum needs Value, Values or StatisticValues.");
    metrics.record(metric, value, unit, at, counts[index]);
  }
}

function readMetric(input: JsonInput): MetricName {
  const dimensions = (input.Dimensions as readonly Dimension[] | undefined) ?? [];
  return {
    namespace: input.Namespace as string,
    name: input.MetricName as string,
    dimensions: Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value])),
  };
}

function showMetric(metric: MetricName) {
  return {
    Namespace: metric.namespace,
    MetricName: metric.name,
    Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}

function showAlarm(alarm: Alarm) {
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: alarm.description,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredMs),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: [],
    AlarmActions: alarm.actions,
    InsufficientDataActions: [],
    StateValue: alarm.state,
    StateReason: alarm.stateReason,
    StateUpdatedTimestamp: new Date(alarm.stateMs),
    ...showMetric(alarm.metric),
    Statistic: alarm.statistic,
    Period: alarm.periodSeconds,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    TreatMissingData: alarm.treatMissing,
  };
}

/** An instant of a request: a Date from CBOR, seconds from JSON. */
function toMs(value: unknown): number | undefined {
  if (value instanceof Date) return value.getTime();
  if (typeof value === "number") return value * 1000;
  return typeof value === "string" ? Date.parse(value) : undefined;
}

function periodMs(period: unknown): number {
  return (period as number) * 1000;
}

function need(value: number | undefined, name: string): number {
  if (value === undefined) throw invalid(`The statistic "${name}" is not known.`);
  return value;
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message);
}
