import type * as CloudWatch from "@aws-sdk/client-cloudwatch";
import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { RecordStore } from "../state/record-store.js";
import type { InputOf, Operations } from "../wire/operation-types.js";
import { pageOf } from "../wire/page.js";
import { createAlarmOperations } from "./alarm-operations.js";
import type { Alarm } from "./alarms.js";
import type { MetricOperation } from "./honoured-inputs.js";
import { invalidValue, readMetric, showMetric } from "./metric-names.js";
import type { MetricName, MetricStore } from "./metric-store.js";
import { type MetricSummary, statistic } from "./statistics.js";

type MetricDatum = NonNullable<InputOf<typeof CloudWatch, "PutMetricData">["MetricData"]>[number];

/** The one length of time that RecentlyActive can be, PT3H. */
const RECENTLY_MS = 3 * 60 * 60 * 1000;
/** Metrics of one page of ListMetrics. */
const LIST_LIMIT = 500;

/** Makes the CloudWatch operations. */
export function createMetricOperations(
  cloud: Cloud,
  metrics: MetricStore,
  alarms: RecordStore<Alarm>,
): Operations<typeof CloudWatch, MetricOperation> {
  return {
    ...createAlarmOperations(cloud, alarms),
    PutMetricData({ Namespace, MetricData = [] }) {
      for (const datum of MetricData) recordDatum(metrics, readMetric({ Namespace, ...datum }), datum);
      return {};
    },
    ListMetrics(input) {
      const found = metrics.find({
        sinceMs: input.RecentlyActive && Date.now() - RECENTLY_MS * cloud.timeScale,
        namespace: input.Namespace,
        name: input.MetricName,
        dimensions: (input.Dimensions ?? []).map(({ Name, Value }) =>
          Value === undefined ? [Name] : [Name, Value],
        ),
      });
      const { page, nextToken } = pageOf(found, input.NextToken, LIST_LIMIT, "InvalidParameterValue");
      return { Metrics: page.map(showMetric), NextToken: nextToken };
    },
    GetMetricStatistics(input) {
      const {
        Statistics: names = [],
        ExtendedStatistics: extended = [],
        StartTime: from,
        EndTime: to,
      } = input;
      if (names.length + extended.length === 0) {
        throw invalidValue("Must specify either Statistics or ExtendedStatistics.");
      }
      if (from >= to) throw invalidValue("The parameter StartTime must be less than the parameter EndTime.");
      const metric = readMetric(input);
      const summaries = metrics.summarize(
        metric,
        wholeMinute(from),
        to.getTime(),
        input.Period * 1000,
        input.Unit,
      );
      return {
        Label: metric.name,
        Datapoints: summaries.map((summary) => ({
          Timestamp: new Date(summary.startMs),
          ...statisticsOf(summary, names),
          ...(extended.length === 0 ? {} : { ExtendedStatistics: statisticsOf(summary, extended) }),
          // The units are CloudWatch's own: others are refused when they are put.
          Unit: summary.unit as CloudWatch.StandardUnit,
        })),
      };
    },
    GetMetricData(input) {
      const { StartTime: from, EndTime: to } = input;
      if (from >= to) {
        throw new AwsError("ValidationError", "The parameter EndTime must be greater than StartTime.");
      }
      return {
        MetricDataResults: input.MetricDataQueries.filter((query) => query.ReturnData !== false).flatMap(
          ({ Id, Label, MetricStat: stat }) => {
            if (stat === undefined) throw invalidValue(`The query ${Id} needs a MetricStat.`);
            const metric = readMetric(stat.Metric);
            const periodMs = stat.Period * 1000;
            const summaries = metrics.summarize(metric, wholeMinute(from), to.getTime(), periodMs, stat.Unit);
            if (input.ScanBy !== "TimestampAscending") summaries.reverse();
            const units = new Set(summaries.map(({ unit }) => unit));
            // Values of several units are several results: they cannot be one series.
            return (units.size === 0 ? [stat.Unit ?? "None"] : [...units]).map((unit) => {
              const own = summaries.filter((summary) => summary.unit === unit);
              return {
                Id,
                Label: Label ?? metric.name,
                Timestamps: own.map((summary) => new Date(summary.startMs)),
                Values: own.map((summary) => need(statistic(summary, stat.Stat), stat.Stat)),
                StatusCode: "Complete" as const,
              };
            });
          },
        ),
        Messages: [],
      };
    },
  };
}

/** The minute in which an instant lies: CloudWatch rounds the begin of what is asked for down to it. */
function wholeMinute(from: Date): number {
  return Math.floor(from.getTime() / 60_000) * 60_000;
}

/** A datum has one value, values with or without their counts, or a set of statistics. */
function recordDatum(metrics: MetricStore, metric: MetricName, datum: MetricDatum): void {
  const { Unit: unit, StatisticValues: set } = datum;
  const at = datum.Timestamp?.getTime() ?? Date.now();
  if (set !== undefined) {
    const { SampleCount: count, Sum: sum, Minimum: min, Maximum: max } = set;
    metrics.recordSet(metric, { count, sum, min, max }, unit, at);
    return;
  }
  const values = datum.Values ?? (datum.Value === undefined ? [] : [datum.Value]);
  if (values.length === 0) throw invalidValue("A metric datum needs Value, Values or StatisticValues.");
  const counts = datum.Counts ?? values.map(() => 1);
  if (counts.length !== values.length) {
    throw invalidValue("The parameters Values and Counts must be of the same size.");
  }
  for (const [index, value] of values.entries()) metrics.record(metric, value, unit, at, counts[index]);
}

function statisticsOf(summary: MetricSummary, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, need(statistic(summary, name), name)]));
}

function need(value: number | undefined, name: string): number {
  if (value === undefined) throw invalidValue(`The statistic "${name}" is not known.`);
  return value;
}
