import { arn, type Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { JsonInput, JsonOperations } from "../wire/json-service.js";
import type { LogEvent } from "./log-store.js";

/** Events of one page, when the caller does not say. */
const DEFAULT_LIMIT = 10_000;

/** Makes the reading operations of CloudWatch Logs. */
export function createLogOperations(cloud: Cloud): JsonOperations {
  const { logs } = cloud;
  const groupArn = (group: string) => arn(cloud, "logs", `log-group:${group}`);
  const readGroup = (input: JsonInput): string => {
    const identifier = input.logGroupIdentifier as string | undefined;
    return (
      (input.logGroupName as string | undefined) ??
      identifier?.replace(/^arn:.*:log-group:([^:]+).*$/, "$1") ??
      ""
    );
  };
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
      const prefix = (input.logGroupNamePrefix as string | undefined) ?? "";
      const pattern = (input.logGroupNamePattern as string | undefined) ?? "";
      const names = logs.groups().filter((name) => name.startsWith(prefix) && name.includes(pattern));
      const { page, nextToken } = pageOf(names, input, 50);
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
      const prefix = (input.logStreamNamePrefix as string | undefined) ?? "";
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
      const { page, nextToken } = pageOf(streams, input, 50);
      return { logStreams: page, nextToken };
    },
    GetLogEvents(input) {
      const events = eventsOf(readGroup(input), input.logStreamName as string);
      const limit = (input.limit as number | undefined) ?? DEFAULT_LIMIT;
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
      const names = input.logStreamNames as readonly string[] | undefined;
      const prefix = (input.logStreamNamePrefix as string | undefined) ?? "";
      const matches = patternFilter((input.filterPattern as string | undefined) ?? "");
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
      const { page, nextToken } = pageOf(found, input, DEFAULT_LIMIT);
      return { events: page, nextToken, searchedLogStreams: [] };
    },
    DeleteLogGroup(input) {
      const group = readGroup(input);
      streamsOf(group);
      logs.deleteGroup(group);
      return undefined;
    },
  };
}

/** The part of a stream that a token stands for: events after `f/N`, or before `b/N`. */
function window(count: number, limit: number, input: JsonInput): { start: number; end: number } {
  const token = input.nextToken as string | undefined;
  const match = /^([fb])\/(\d+)$/.exec(token ?? "");
  if (token !== undefined && match === null) {
    throw new AwsError("InvalidParameterException", "The specified nextToken is invalid.");
  }
  if (match === null && input.startFromHead !== true)
    return { start: Math.max(0, count - limit), end: count };
  const at = Math.min(Number(match?.[2] ?? 0), count);
  if (match?.[1] === "b") return { start: Math.max(0, at - limit), end: at };
  return { start: at, end: Math.min(count, at + limit) };
}

function timeFilter(input: JsonInput): (event: LogEvent) => boolean {
  const from = (input.startTime as number | undefined) ?? Number.NEGATIVE_INFINITY;
  const to = (input.endTime as number | undefined) ?? Number.POSITIVE_INFINITY;
  return ({ timestamp }) => timestamp >= from && timestamp < to;
}

/** Terms of a filter pattern: all plain ones, one of those with `?`, none of those with `-`. */
function patternFilter(pattern: string): (message: string) => boolean {
  if (/^\s*[{[%]/.test(pattern)) {
    throw new AwsError(
      "InvalidParameterException",
      "The local CloudWatch Logs knows filter patterns of terms only.",
    );
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

function pageOf<Item>(items: readonly Item[], input: JsonInput, defaultLimit: number) {
  const token = (input.nextToken as string | undefined) ?? "0";
  if (!/^\d+$/.test(token)) {
    throw new AwsError("InvalidParameterException", "The specified nextToken is invalid.");
  }
  const start = Number(token);
  const end = start + ((input.limit as number | undefined) ?? defaultLimit);
  return { page: items.slice(start, end), nextToken: end < items.length ? String(end) : undefined };
}

function notFound(what: "group" | "stream"): AwsError {
  return new AwsError("ResourceNotFoundException", `The specified log ${what} does not exist.`);
}
