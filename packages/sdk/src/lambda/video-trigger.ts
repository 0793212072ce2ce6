import { checkObject } from "@sightline/contract/check";
import { type VideoOptions, videoOptions } from "@sightline/contract/video-options";
import { runtimeSource, s3Source } from "../aws/client-sources.js";
import { fingerprint } from "../checks/fingerprint.js";
import { refuse } from "../checks/refuse.js";
import { InvalidInputError } from "../errors.js";
import { makeSession } from "../make-session.js";
import { formatS3Uri, parseS3Uri } from "../s3/s3-uri.js";
import type { Session } from "../session.js";
import { startVideoMarkup } from "../video/start-video-markup.js";
import { claimByObject } from "./claim-by-object.js";

/** What a handler needs of an S3 event. */
export interface S3Event {
  /** One for each object. */
  readonly Records: readonly {
    readonly eventName?: string;
    readonly s3: {
      readonly bucket: { readonly name: string };
      readonly object: {
        /** URL-encoded, a blank as "+". */
        readonly key: string;
        readonly size?: number;
        readonly eTag?: string;
        readonly versionId?: string;
      };
    };
  }[];
}

/** What the function needs of Lambda's context. */
export interface TriggerContext {
  /** Milliseconds until Lambda ends the function. */
  getRemainingTimeInMillis(): number;
}

/** Which videos are taken, and what becomes of them. */
export interface VideoTriggerOptions {
  /** An endpoint that was deployed with `async`. */
  readonly endpointName: string;
  /** S3 folder that videos are taken from; a key outside of it is skipped. */
  readonly inputUri: string;
  /** S3 folder of marked-up videos; neither within `inputUri` nor around it, or every output would be an input. */
  readonly outputUri: string;
  /** S3 folder of job descriptions and of the marks of what was started. Default `jobs/` in the output's bucket. */
  readonly jobsUri?: string;
  /** Endings that are taken, in lower case. Default .mp4, .mov, .mkv, .avi, .webm. */
  readonly endings?: readonly string[];
  /** What to do otherwise than the model's manifest says, with every video; checked at once. */
  readonly options?: VideoOptions;
  /** Default: made at the first event, from the function's environment. */
  readonly session?: Session;
}

/** What became of an event's videos. */
export interface VideoTriggerResult {
  /** Videos that were handed to the endpoint. */
  readonly started: readonly {
    readonly input: string;
    readonly inferenceId: string;
    readonly resultUri: string;
  }[];
  /** Videos that were not, and why. */
  readonly skipped: readonly { readonly input: string; readonly reason: string }[];
}

/** How long a claim is good where no context says when its function ends: Lambda's functions run for 15 min at most. */
const DEFAULT_LEASE_MS = 900_000;
const ENDINGS: readonly string[] = [".mp4", ".mov", ".mkv", ".avi", ".webm"];

/**
 * A Lambda function on S3 events: every new video is handed to an asynchronous endpoint.
 *
 * S3 tells an event at least once. A video is claimed in `jobsUri` under a name made of bucket, key and version, by a
 * conditional write: of any number of deliveries one starts it, also of two at the same moment. A claim whose function
 * has died is taken over when the time of that function is over. The role needs `s3:PutObject` and `s3:GetObject` there.
 *
 * @throws AggregateError when a video could not be started, or another delivery is starting it at the moment, so that
 *   Lambda tries again; the others are marked.
 * @throws InvalidInputError at once when the folders would feed each other.
 * @example
 * export const handler = createVideoTrigger({
 *   endpointName: "potholes", inputUri: "s3://roads/in/", outputUri: "s3://roads/out/",
 * });
 */
export function createVideoTrigger(
  options: VideoTriggerOptions,
): (event: S3Event, context?: TriggerContext) => Promise<VideoTriggerResult> {
  const { endpointName, outputUri, endings = ENDINGS } = options;
  const input = folder("inputUri", options.inputUri);
  const output = folder("outputUri", outputUri);
  const jobsUri = options.jobsUri ?? formatS3Uri({ bucket: output.bucket, key: "jobs/" });
  checkApart(input, output, "outputUri");
  checkApart(input, folder("jobsUri", jobsUri), "jobsUri");
  if (options.options !== undefined) checkObject(videoOptions, options.options, "options.", refuse);
  let session: Promise<Session> | undefined = options.session && Promise.resolve(options.session);

  return async (event, context) => {
    const leaseMs = context?.getRemainingTimeInMillis() ?? DEFAULT_LEASE_MS;
    session ??= makeSession({ "sagemaker-runtime": runtimeSource, s3: s3Source }, {});
    const current = await session;
    const started: { input: string; inferenceId: string; resultUri: string }[] = [];
    const skipped: { input: string; reason: string }[] = [];
    const failures: unknown[] = [];
    // The event by which S3 tests a notification has no records.
    const records = event.Records ?? [];
    for (const { eventName, s3 } of records) {
      const bucket = s3.bucket.name;
      const key = decodeURIComponent(s3.object.key.replaceAll("+", " "));
      const uri = formatS3Uri({ bucket, key });
      const isNew = eventName === undefined || /^(s3:)?ObjectCreated:/.test(eventName);
      const reason = isNew
        ? refusal(bucket, key, s3.object.size, input, endings)
        : `it was not created: ${eventName}`;
      if (reason !== undefined) {
        skipped.push({ input: uri, reason });
        continue;
      }
      const inferenceId = fingerprint([bucket, key, s3.object.versionId ?? s3.object.eTag, endpointName], 32);
      try {
        const claim = await claimByObject(current, `${jobsUri}${inferenceId}.started`, leaseMs);
        if (claim === "taken") {
          skipped.push({ input: uri, reason: "it was started before" });
          continue;
        }
        if (claim === "held") throw new Error(`${uri} is being started by another delivery of its event.`);
        const request = {
          input: uri,
          output: outputUri,
          ...(options.options === undefined ? {} : { options: options.options }),
        };
        const job = await startVideoMarkup(current, endpointName, request, {
          inferenceId,
          inputFolder: jobsUri,
        }).catch(async (error: unknown) => {
          await claim.release();
          throw error;
        });
        await claim.keep(job.outputUri);
        started.push({ input: uri, inferenceId, resultUri: job.outputUri });
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      const first = failures[0] instanceof Error ? failures[0].message : String(failures[0]);
      throw new AggregateError(
        failures,
        `${failures.length} of ${records.length} videos not started: ${first}`,
      );
    }
    return { started, skipped };
  };
}

interface Folder {
  readonly bucket: string;
  readonly key: string;
}

function folder(field: string, uri: string): Folder {
  const location = parseS3Uri(uri, field);
  if (location.key !== "" && !location.key.endsWith("/")) {
    throw new InvalidInputError(field, "a folder, with / at its end", uri, "Add the slash.");
  }
  return location;
}

function checkApart(input: Folder, other: Folder, field: string): void {
  if (input.bucket !== other.bucket) return;
  if (!other.key.startsWith(input.key) && !input.key.startsWith(other.key)) return;
  throw new InvalidInputError(
    field,
    "apart from inputUri",
    formatS3Uri(other),
    "What is written there would start the function again: use another folder or bucket.",
  );
}

function refusal(
  bucket: string,
  key: string,
  size: number | undefined,
  input: Folder,
  endings: readonly string[],
): string | undefined {
  if (bucket !== input.bucket || !key.startsWith(input.key)) return `it is not in ${formatS3Uri(input)}`;
  if (key.endsWith("/")) return "it is a folder";
  if (!endings.some((ending) => key.toLowerCase().endsWith(ending)))
    return `it ends in none of ${endings.join(", ")}`;
  return size === 0 ? "it is empty" : undefined;
}
