import { GetObjectCommand } from "@aws-sdk/client-s3";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import type { VideoJobResult } from "@sightline/contract/video-job";
import { invokeEndpointAsync } from "@sightline/sdk";
import { openSession, s3 } from "../jobs/aws-clients.js";
import {
  type GivenUpVideo,
  isLost,
  type JobNotice,
  MOST_STARTS,
  readMessage,
  readStartId,
  startId,
  type TopicEvent,
} from "../jobs/job-notice.js";
import { JobTable } from "../jobs/job-table.js";
import { mailOf } from "../jobs/mail.js";
import { readSettings } from "../jobs/read-settings.js";
import { makeResultLink } from "../jobs/result-link.js";
import { serviceUrl } from "../jobs/service-url.js";
import type { VideoJobRecord } from "../jobs/video-job.js";

const settings = readSettings("BUCKET", "TABLE", "SERVICE_URL");
const { SENDER, RECIPIENTS = "[]", LINK_SECONDS = "604800" } = process.env;
/** A mail or a start takes a second, and no function of the service may run for longer: who held it is dead. */
const LEASE_MS = 60_000;
/** Answers and failures are small; what is larger is none of ours. */
const MAX_ANSWER_BYTES = 1_000_000;

const ses = new SESv2Client();
const table = new JobTable(settings.TABLE);

/**
 * Writes down how a video ended and sends the one mail about it, however often a topic says so. One whose container
 * was lost is started again, twice at most, before it has failed.
 */
export async function handler(event: TopicEvent): Promise<void> {
  for (const { Sns } of event.Records) {
    const message = readMessage(Sns.Message, settings.BUCKET);
    if (message.kind === "end") await finish(message.notice);
    else if (message.kind === "given-up")
      for (const video of message.videos) await giveUp(video, message.reason);
    else console.log(`No notice of a video: ${Sns.Message.slice(0, 200)}`);
  }
}

async function finish(notice: JobNotice): Promise<void> {
  const { inferenceId, responseParameters } = notice;
  const { id, start } = readStartId(inferenceId) ?? { id: "", start: 1 };
  const before = id === "" ? undefined : await table.get(id);
  if (before === undefined) {
    console.log(`${inferenceId} is no video of this service`);
    return;
  }
  if (before.endedAt === undefined) {
    if (notice.invocationStatus === "Completed") {
      const answer = await read(responseParameters?.outputLocation ?? "");
      await table.end(id, { state: "done", result: JSON.parse(answer) as VideoJobResult });
    } else if (isLost(notice) && start < MOST_STARTS) {
      await startAgain(notice, id, start + 1);
      return;
    } else if (start === before.start) {
      const times = start === 1 ? "" : ` It was started ${start} times.`;
      await table.end(id, { state: "failed", reason: `${await reasonOf(notice)}${times}` });
    }
  }
  await tell((await table.get(id))!);
}

/** The next start of a video, once however often its former one is said to be lost. */
async function startAgain(
  { failureReason, requestParameters }: JobNotice,
  id: string,
  start: number,
): Promise<void> {
  const claim = await table.claimStart(id, start, LEASE_MS);
  if (claim === "taken") return;
  if (claim === "held") throw new Error(`Start ${start} of ${id} is being made by another`);
  console.log(`${id} is started again (${start} of ${MOST_STARTS}): ${failureReason}`);
  try {
    const { endpointName, inputLocation } = requestParameters!;
    await invokeEndpointAsync(await openSession(), endpointName, inputLocation, {
      ...{ contentType: "application/json", accept: "application/json" },
      ...{ inferenceId: startId(id, start), invocationTimeoutSeconds: 3600 },
    });
    await table.move(id, start, "queued");
  } catch (error) {
    await table.release(id, start, String(error));
    throw error;
  }
}

/**
 * What a function gave up would else be under way for ever. Of two deliveries of one event the last to give up may have
 * met nothing but the other's claim: what failed is in the job.
 */
async function giveUp({ id, isMarkedUp }: GivenUpVideo, said: string): Promise<void> {
  const before = await table.get(id);
  if (before === undefined) return;
  const reason = `It was tried several times in vain: ${isMarkedUp ? said : (before.trouble ?? said)}`;
  if (isMarkedUp) await table.end(id, { state: "failed", reason });
  else await table.giveUp(before, reason, LEASE_MS);
  const job = await table.get(id);
  if (job?.endedAt !== undefined) await tell(job);
}

/** The container's own words say more than "model returned 400". */
async function reasonOf({ failureReason, responseParameters }: JobNotice): Promise<string> {
  const location = responseParameters?.failureLocation;
  const said = failureReason ?? "The endpoint gave no reason.";
  if (location === undefined || location === "") return said;
  const text = await read(location).catch(() => "");
  return /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]?.replaceAll('\\"', '"') ?? said;
}

async function read(uri: string): Promise<string> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (Bucket === undefined || Key === undefined) throw new Error(`"${uri}" is no place of an answer`);
  const { Body, ContentLength = 0 } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  if (ContentLength > MAX_ANSWER_BYTES)
    throw new Error(`${uri} has ${ContentLength} bytes: that is no answer`);
  return await Body!.transformToString();
}

async function tell(job: VideoJobRecord): Promise<void> {
  const { id, email } = job;
  const to = email === undefined ? (JSON.parse(RECIPIENTS) as string[]) : [email];
  if (SENDER === undefined || to.length === 0) return;
  const link = makeResultLink(id, Number(LINK_SECONDS));
  const claim = await table.claimMail(id, link.kept, LEASE_MS);
  if (claim === "sent") return;
  if (claim === "held") throw new Error(`The mail about ${id} is being sent by another`);
  const url = `${serviceUrl(settings.SERVICE_URL, process.env.AWS_ENDPOINT_URL)}results/${link.token}`;
  const { subject, text } = mailOf(job, url, link.kept.linkEndsAt);
  try {
    await ses.send(
      new SendEmailCommand({
        FromEmailAddress: SENDER,
        Destination: { ToAddresses: to },
        Content: { Simple: { Subject: { Data: subject }, Body: { Text: { Data: text } } } },
      }),
    );
  } catch (error) {
    await table.releaseMail(id);
    throw error;
  }
  await table.mailed(id);
}
