import type { ComparisonOperator, StandardUnit } from "@aws-sdk/client-cloudwatch";
import type { RecordStore } from "../state/record-store.js";
import type { MetricName, MetricStore } from "./metric-store.js";
import { statistic } from "./statistics.js";

/** An alarm on one metric. */
export interface Alarm {
  readonly name: string;
  readonly arn: string;
  readonly metric: MetricName;
  readonly statistic: string;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  readonly treatMissing: string;
  readonly actionsEnabled: boolean;
  /** What is done while it is in ALARM. */
  readonly actions: readonly string[];
  readonly okActions?: readonly string[];
  readonly insufficientDataActions?: readonly string[];
  /** The unit whose values count; all where it is not there. */
  readonly unit?: StandardUnit;
  readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  readonly stateReason: string;
  readonly stateMs: number;
  readonly configuredMs: number;
  readonly description?: string;
}

/** Called for each action of an alarm, once a period for as long as it is in ALARM. `value` is the newest datapoint. */
export type AlarmAction = (action: string, alarm: Alarm, value: number) => void;

/** Looks at all alarms again and again. */
export interface AlarmWatch {
  /** Evaluates what is due. */
  tick(now: number): void;
}

/** Makes the watch. `timeScale` shortens the alarms' periods. */
export function createAlarmWatch(
  alarms: RecordStore<Alarm>,
  metrics: MetricStore,
  timeScale: number,
  act: AlarmAction,
): AlarmWatch {
  const due = new Map<string, number>();
  return {
    tick(now) {
      for (const alarm of alarms.all()) {
        const periodMs = Math.max(1, Math.round(alarm.periodSeconds * 1000 * timeScale));
        if ((due.get(alarm.name) ?? 0) > now) continue;
        // Periods end at multiples of their length, so an alarm is looked at just after one.
        due.set(alarm.name, (Math.floor(now / periodMs) + 1) * periodMs);
        const { state, reason, newest } = evaluate(alarm, metrics, periodMs, now);
        if (state !== alarm.state) {
          alarms.update(alarm.name, { state, stateReason: reason, stateMs: now });
        }
        if (state !== "ALARM" || !alarm.actionsEnabled) continue;
        for (const action of alarm.actions) act(action, alarm, newest);
      }
    },
  };
}

/** The state that the last whole periods give. Source: "Evaluating an alarm" of the CloudWatch guide. */
export function evaluate(
  alarm: Alarm,
  metrics: MetricStore,
  periodMs: number,
  now: number,
): { state: Alarm["state"]; reason: string; newest: number } {
  const end = Math.floor(now / periodMs) * periodMs;
  const start = end - alarm.evaluationPeriods * periodMs;
  const found = new Map(
    metrics
      .summarize(alarm.metric, start, end, periodMs, alarm.unit)
      .map((summary) => [summary.startMs, summary]),
  );
  let breaching = 0;
  let known = 0;
  let newest = Number.NaN;
  for (let index = 0; index < alarm.evaluationPeriods; index++) {
    const summary = found.get(start + index * periodMs);
    const value = summary === undefined ? undefined : statistic(summary, alarm.statistic);
    if (value !== undefined) {
      known++;
      newest = value;
      if (breaches(alarm, value)) breaching++;
    } else if (alarm.treatMissing === "breaching") breaching++;
  }
  if (breaching >= alarm.datapointsToAlarm) {
    return { state: "ALARM", reason: reasonOf(alarm, breaching, newest), newest };
  }
  if (known === 0 && alarm.treatMissing === "ignore")
    return { state: alarm.state, reason: alarm.stateReason, newest };
  if (known === 0 && alarm.treatMissing === "missing") {
    return { state: "INSUFFICIENT_DATA", reason: "Insufficient Data: no datapoints were received.", newest };
  }
  return { state: "OK", reason: reasonOf(alarm, breaching, newest), newest };
}

function reasonOf(alarm: Alarm, breaching: number, newest: number): string {
  return `Threshold Crossed: ${breaching} of ${alarm.evaluationPeriods} datapoints were ${alarm.comparison} ${alarm.threshold}, the newest ${newest}.`;
}

function breaches(alarm: Alarm, value: number): boolean {
  switch (alarm.comparison) {
    case "GreaterThanThreshold":
      return value > alarm.threshold;
    case "GreaterThanOrEqualToThreshold":
      return value >= alarm.threshold;
    case "LessThanThreshold":
      return value < alarm.threshold;
    default:
      return value <= alarm.threshold;
  }
}
