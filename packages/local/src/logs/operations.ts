import type * as Logs from "@aws-sdk/client-cloudwatch-logs";
import { arn, type Place } from "../arn.js";
import { AwsError } from "../errors.js";
import type { HonouredInputs } from "../wire/honoured-members.js";
import type { InputOf, Operations } from "../wire/operation-types.js";
import { pageOf } from "../wire/page.js";
import type { LogEvent, LogStore } from "./log-store.js";

type LogOperation =
  | "DescribeLogGroups"
  | "DescribeLogStreams"
  | "GetLogEvents"
  | "FilterLogEvents"
  | "DeleteLogGroup";

const GROUP = { logGroupName: "done", logGroupIdentifier: "done" } as const;

/** What the operations of CloudWatch Logs honour of their inputs. */
export const HONOURED_LOGS: HonouredInputs<typeof Logs, LogOperation> = {
  DescribeLogGroups: {
    logGroupNamePrefix: "done",
    logGroupNamePattern: "done",
    nextToken: "done",
    limit: "done",
    logGroupClass: ["STANDARD"],
    includeLinkedAccounts: [false],
  },
  DescribeLogStreams: {
    ...GROUP,
    logStreamNamePrefix: "done",
    orderBy: "done",
    descending: "done",
    nextToken: "done",
    limit: "done",
  },
  GetLogEvents: {
    ...GROUP,
    logStreamName: "done",
    startTime: "done",
    endTime: "done",
    nextToken: "done",
    limit: "done",
    startFromHead: "done",
    // Nothing is masked.
    unmask: "kept",
  },
  FilterLogEvents: {
    ...GROUP,
    logStreamNames: "done",
    logStreamNamePrefix: "done",
    startTime: "done",
    endTime: "done",
    filterPattern: "done",
    nextToken: "done",
    limit: "done",
    // They always are.
    interleaved: "kept",
    unmask: "kept",
  },
  DeleteLogGroup: { logGroupName: "done" },
};

/** Events of one page, when the caller does not say. */
const DEFAULT_LIMIT = 10_000;

/** Groups and streams of one page, when the caller does not say. */
const LIST_LIMIT = 50;
/** The code of what a caller got wrong. */
const INVALID = "InvalidParameterException";

/** Makes the reading operations of CloudWatch Logs. */
export function createLogOperations(logs: LogStore, place: Place): Operations<typeof Logs, LogOperation> {
  const groupArn = (group: string) => arn(place, "logs", `log-group:${group}`);
  const readGroup = (input: { logGroupName?: string; logGroupIdentifier?: string }): string =>
    input.logGroupName ?? input.logGroupIdentifier?.replace(/^arn:.*:log-group:([^:]+).*$/, "$1") ?? "";
  const streamsOf = (group: string): string[] => {
    const streams = logs.streams(group);
    if (streams === undefined) throw notFound("group");
    return streams;
  };
  const eventsOf = (group: string, stream: string): readonly LogEvent[] => {
    streamsOf(group);
    const events = logs.events(group, stream);
    if (events === undefined) throw notFound("stream");
    return events;
  };

  return {
    DescribeLogGroups(input) {
      const prefix = input.logGroupNamePrefix ?? "";
      const pattern = input.logGroupNamePattern ?? "";
      const names = logs.groups().filter((name) => name.startsWith(prefix) && name.includes(pattern));
      const { page, nextToken } = pageOf(names, input.nextToken, input.limit ?? LIST_LIMIT, INVALID);
      return {
        logGroups: page.map((name) => ({
          logGroupName: name,
          arn: `${groupArn(name)}:*`,
          logGroupArn: groupArn(name),
        })),
        nextToken,
      };
    },
    DescribeLogStreams(input) {
      const group = readGroup(input);
      const prefix = input.logStreamNamePrefix ?? "";
      const streams = streamsOf(group)
        .filter((name) => name.startsWith(prefix))
        .map((name) => {
          const events = logs.events(group, name) ?? [];
          return {
            logStreamName: name,
            arn: `${groupArn(group)}:log-stream:${name}`,
            creationTime: events[0]?.timestamp,
            firstEventTimestamp: events[0]?.timestamp,
            lastEventTimestamp: events.at(-1)?.timestamp,
            lastIngestionTime: events.at(-1)?.timestamp,
            storedBytes: 0,
          };
        });
      if (input.orderBy === "LastEventTime") {
        streams.sort((a, b) => (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0));
      }
      if (input.descending === true) streams.reverse();
      const { page, nextToken } = pageOf(streams, input.nextToken, input.limit ?? LIST_LIMIT, INVALID);
      return { logStreams: page, nextToken };
    },
    GetLogEvents(input) {
      const events = eventsOf(readGroup(input), input.logStreamName);
      const limit = input.limit ?? DEFAULT_LIMIT;
      const inTime = timeFilter(input);
      const { start, end } = window(events.length, limit, input);
      return {
        events: events
          .slice(start, end)
          .filter(inTime)
          .map((event) => ({ ...event, ingestionTime: event.timestamp })),
        nextForwardToken: `f/${end}`,
        nextBackwardToken: `b/${start}`,
      };
    },
    FilterLogEvents(input) {
      const group = readGroup(input);
      const names = input.logStreamNames;
      const prefix = input.logStreamNamePrefix ?? "";
      const matches = patternFilter(input.filterPattern ?? "");
      const inTime = timeFilter(input);
      const found = streamsOf(group)
        .filter((stream) => (names === undefined ? stream.startsWith(prefix) : names.includes(stream)))
        .flatMap((stream) =>
          (logs.events(group, stream) ?? [])
            .filter((event) => inTime(event) && matches(event.message))
            .map((event, index) => ({
              logStreamName: stream,
              ...event,
              ingestionTime: event.timestamp,
              eventId: `${stream}:${index}`,
            })),
        )
        .sort((a, b) => a.timestamp - b.timestamp);
      const { page, nextToken } = pageOf(found, input.nextToken, input.limit ?? DEFAULT_LIMIT, INVALID);
      return { events: page, nextToken, searchedLogStreams: [] };
    },
    DeleteLogGroup(input) {
      const group = readGroup(input);
      streamsOf(group);
      logs.deleteGroup(group);
      return {};
    },
  };
}

/** The part of a stream that a token stands for: events after `f/N`, or before `b/N`. */
function window(
  count: number,
  limit: number,
  { nextToken: token, startFromHead }: InputOf<typeof Logs, "GetLogEvents">,
): { start: number; end: number } {
  const match = /^([fb])\/(\d+)$/.exec(token ?? "");
  if (token !== undefined && match === null) {
    throw new AwsError(INVALID, "The specified nextToken is invalid.");
  }
  if (match === null && startFromHead !== true) return { start: Math.max(0, count - limit), end: count };
  const at = Math.min(Number(match?.[2] ?? 0), count);
  if (match?.[1] === "b") return { start: Math.max(0, at - limit), end: at };
  return { start: at, end: Math.min(count, at + limit) };
}

function timeFilter({
  startTime: from = Number.NEGATIVE_INFINITY,
  endTime: to = Number.POSITIVE_INFINITY,
}: {
  readonly startTime?: number;
  readonly endTime?: number;
}): (event: LogEvent) => boolean {
  return ({ timestamp }) => timestamp >= from && timestamp < to;
}

/** Terms of a filter pattern: all plain ones, one of those with `?`, none of those with `-`. */
function patternFilter(pattern: string): (message: string) => boolean {
  if (/^\s*[{[%]/.test(pattern)) {
    throw new AwsError(INVALID, "The local CloudWatch Logs knows filter patterns of terms only.");
  }
  const terms = [...pattern.matchAll(/([?-]?)(?:"([^"]*)"|(\S+))/g)].map(([, sign, quoted, bare]) => ({
    sign,
    text: quoted ?? bare ?? "",
  }));
  const optional = terms.filter(({ sign }) => sign === "?");
  return (message) =>
    terms.every(({ sign, text }) => sign === "?" || message.includes(text) === (sign !== "-")) &&
    (optional.length === 0 || optional.some(({ text }) => message.includes(text)));
}

function notFound(what: "group" | "stream"): AwsError {
  return new AwsError("ResourceNotFoundException", `The specified log ${what} does not exist.`);
}
