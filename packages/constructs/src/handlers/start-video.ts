import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { videoStem } from "@sightline/contract/video-job";
import { startVideoMarkup } from "@sightline/sdk";
import type { S3Event } from "@sightline/sdk/lambda";
import { openSession, s3 } from "../jobs/aws-clients.js";
import { JobTable } from "../jobs/job-table.js";
import { publishNotice } from "../jobs/publish-notice.js";
import { readSettings } from "../jobs/read-settings.js";
import { JOBS_FOLDER, looksLikeVideo, readRecord, type UploadedVideo } from "../jobs/video-event.js";

const settings = readSettings(
  ...(["BUCKET", "TABLE", "ENDPOINT_NAME", "FAILED_TOPIC", "IS_LIVE", "MAX_BYTES", "LEASE_MS"] as const),
);
// Of a service that shares long videos among instances: where, and from which size on.
const { STATE_MACHINE, LONG_BYTES = "0" } = process.env;
const isLive = settings.IS_LIVE === "true";
const stepFunctions = new SFNClient();
const table = new JobTable(settings.TABLE);

/**
 * Hands every new video on, once however often its event comes: it is claimed by a conditional write, and a claim
 * whose function has died is taken over by the next delivery. Lambda tries again when this throws.
 */
export async function handler(event: Partial<S3Event>): Promise<void> {
  const failures: unknown[] = [];
  // The event by which S3 tests a notification has no records.
  for (const record of event.Records ?? []) {
    const read = readRecord(record, settings.BUCKET);
    if (read.kind === "ignored") {
      console.log(`${read.what} is left: ${read.reason}`);
      continue;
    }
    await take(read.video, read.kind === "refused" ? read.reason : undefined).catch((error: unknown) => {
      failures.push(error);
    });
  }
  if (failures.length > 0) {
    throw new AggregateError(failures, failures.map((failure) => String(failure)).join("; "));
  }
}

async function take(video: UploadedVideo, refusal: string | undefined): Promise<void> {
  const { id, bucket, key, owner } = video;
  const input = `s3://${bucket}/${key}`;
  const object = { Bucket: bucket, Key: key, VersionId: video.versionId };
  const head = await s3.send(new HeadObjectCommand(object)).catch((error: Error) => {
    if (error.name === "NotFound") return undefined;
    throw error;
  });
  if (head === undefined) {
    console.log(`${input} is gone`);
    return;
  }
  const bytes = head.ContentLength ?? 0;
  const { email, name = video.name } = beside(head.Metadata);
  const claim = await table.claim(
    {
      ...{ id, owner, name, input, bytes, state: "starting", start: 1, claimedAt: Date.now() },
      createdAt: new Date().toISOString(),
      ...(email === undefined ? {} : { email }),
    },
    Number(settings.LEASE_MS),
  );
  if (claim === "taken") {
    console.log(`${input} (${id}) is on its way already`);
    return;
  }
  if (claim === "held") throw new Error(`${input} (${id}) is being started by another`);
  try {
    const reason = refusal ?? (await problemOf(object, bytes)) ?? (await placeProblem(video));
    if (reason !== undefined) await refuse(id, input, reason);
    else if (isLive && STATE_MACHINE !== undefined && bytes >= Number(LONG_BYTES))
      await share(video, STATE_MACHINE);
    else await mark(video);
  } catch (error) {
    await table.release(id, 1, String(error));
    throw error;
  }
}

/** What the upload's form wrote beside the object; nothing where it is not as the service writes it. */
function beside(metadata: Readonly<Record<string, string>> = {}): { email?: string; name?: string } {
  try {
    const { email, name } = metadata;
    return {
      ...(email === undefined ? {} : { email: decodeURIComponent(email) }),
      ...(name === undefined ? {} : { name: decodeURIComponent(name) }),
    };
  } catch {
    return {};
  }
}

/** Why an object is not taken; undefined when it is. */
async function problemOf(
  object: ConstructorParameters<typeof GetObjectCommand>[0],
  bytes: number,
): Promise<string | undefined> {
  if (bytes === 0) return "it is empty";
  if (bytes > Number(settings.MAX_BYTES))
    return `it has ${bytes} bytes; at most ${settings.MAX_BYTES} are taken`;
  const { Body } = await s3.send(new GetObjectCommand({ ...object, Range: "bytes=0-15" }));
  const first = await Body!.transformToByteArray();
  return looksLikeVideo(first) ? undefined : "it is no MP4, MOV, Matroska, WebM or AVI";
}

/** Why results cannot lie where they would; undefined when they can. */
async function placeProblem({ bucket, key, outputFolder }: UploadedVideo): Promise<string | undefined> {
  const input = `s3://${bucket}/${key}`;
  const place = `${outputFolder}${videoStem(key)}`;
  const other = await table.claimPlace(place, input);
  if (other === input) return undefined;
  return `its result would be ${place}_output.mp4, which is that of ${other}; give it another name`;
}

async function mark({ id, bucket, key, outputFolder }: UploadedVideo): Promise<void> {
  const folder = `s3://${bucket}/${JOBS_FOLDER}${id}/`;
  await startVideoMarkup(
    await openSession(),
    settings.ENDPOINT_NAME,
    {
      input: `s3://${bucket}/${key}`,
      output: `s3://${bucket}/${outputFolder}`,
      isLive,
      progress: `${folder}progress.json`,
    },
    { inferenceId: id, inputFolder: folder },
  );
  await table.move(id, 1, "queued");
}

/** More than one invocation can do: many instances share it. An execution's name makes it one. */
async function share(
  { id, bucket, key, outputFolder }: UploadedVideo,
  stateMachineArn: string,
): Promise<void> {
  const start = new StartExecutionCommand({
    stateMachineArn,
    name: id,
    input: JSON.stringify({ id, bucket, key, outputFolder }),
  });
  await stepFunctions.send(start).catch((error: Error) => {
    if (error.name !== "ExecutionAlreadyExists") throw error;
  });
  await table.move(id, 1, "sharing");
}

async function refuse(id: string, input: string, reason: string): Promise<void> {
  const failureReason = `${input} is refused: ${reason}.`;
  console.log(failureReason);
  await publishNotice(settings.FAILED_TOPIC, { invocationStatus: "Failed", inferenceId: id, failureReason });
  await table.end(id, { state: "failed", reason: failureReason });
}
