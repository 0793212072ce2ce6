import type { S3Event } from "@sightline/sdk/lambda";
import { readRecord } from "./video-event.js";

/** What the endpoint, the state machine and the starting function say to the two topics: SageMaker's own words. */
export interface JobNotice {
  readonly invocationStatus: "Completed" | "Failed";
  /** {@link startId} of the video's start that has ended. */
  readonly inferenceId: string;
  readonly failureReason?: string;
  /** Of an endpoint's invocation only. */
  readonly requestParameters?: {
    readonly endpointName: string;
    /** Of the job's description. */
    readonly inputLocation: string;
  };
  readonly responseParameters?: {
    /** Of the answer, a `VideoJobResult` as JSON. */
    readonly outputLocation?: string;
    /** Of the container's own words on a failure. */
    readonly failureLocation?: string;
  };
}

/** What Lambda tells the topic of failures of a function that gave an event up. */
interface GivenUp {
  readonly requestContext: { readonly condition: string };
  readonly requestPayload: Partial<S3Event> | Partial<TopicEvent>;
  readonly responsePayload?: { readonly errorMessage?: string };
}

/** What Lambda is called with by a topic. */
export interface TopicEvent {
  readonly Records: readonly { readonly Sns: { readonly Message: string } }[];
}

/** A video of an event that a function gave up. */
export interface GivenUpVideo {
  readonly id: string;
  /** Whether it is marked up, and that alone could not be written down. */
  readonly isMarkedUp: boolean;
}

/** What a message of the topics is. */
export type ReadMessage =
  | { readonly kind: "end"; readonly notice: JobNotice }
  /** A function gave up to hand videos on, or to write down how they ended. */
  | { readonly kind: "given-up"; readonly videos: readonly GivenUpVideo[]; readonly reason: string }
  | { readonly kind: "other" };

/** A video is started this often at most: once, and two more when what worked on it was lost. */
export const MOST_STARTS = 3;

/** Id that a start of a video has at the endpoint. The first has the video's own. */
export function startId(id: string, start: number): string {
  return start === 1 ? id : `${id}-${start}`;
}

/** Video and start of such an id; undefined for anything else. */
export function readStartId(text: string): { readonly id: string; readonly start: number } | undefined {
  const [, id, start = "1"] = /^([0-9a-f]{32})(?:-([2-9]))?$/.exec(text) ?? [];
  return id === undefined ? undefined : { id, start: Number(start) };
}

/** Reads a message of the topics, to which Lambda speaks too. */
export function readMessage(message: string, ownBucket: string): ReadMessage {
  const value = parse(message) as Partial<JobNotice & GivenUp> | null | undefined;
  const { invocationStatus: status, inferenceId, requestPayload: payload } = value ?? {};
  if ((status === "Completed" || status === "Failed") && typeof inferenceId === "string")
    return { kind: "end", notice: value as JobNotice };
  if (value?.requestContext?.condition === undefined || payload === undefined) return { kind: "other" };
  const videos = (payload.Records ?? []).flatMap((record): GivenUpVideo[] => {
    if ("s3" in record) {
      const read = readRecord(record, ownBucket);
      return read.kind === "ignored" ? [] : [{ id: read.video.id, isMarkedUp: false }];
    }
    // What was given up of a message like this one is not looked at: that would have no end.
    const given = (parse(record.Sns.Message) ?? {}) as Partial<JobNotice>;
    const { id } = readStartId(given.inferenceId ?? "") ?? {};
    return id === undefined ? [] : [{ id, isMarkedUp: given.invocationStatus === "Completed" }];
  });
  return { kind: "given-up", videos, reason: value.responsePayload?.errorMessage ?? "no reason was given" };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Whether a start ended for a cause that another start may not meet: a container that is gone or had no room. Not for
 * what it said of the video itself, nor when the time for it was over: that would come again.
 */
export function isLost({ requestParameters, failureReason = "" }: JobNotice): boolean {
  return (
    requestParameters !== undefined &&
    !/client ?error|timed out|\b504\b|RequestTTL|does not exist|cannot be put/i.test(failureReason)
  );
}
