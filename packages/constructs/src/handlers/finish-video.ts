import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import type { VideoJobResult } from "@sightline/contract/video-job";
import { JobTable } from "../jobs/job-table.js";
import { mailOf } from "../jobs/mail.js";
import { makeResultLink } from "../jobs/result-link.js";
import { serviceUrl } from "../jobs/service-url.js";
import type { JobNotice, VideoJobRecord } from "../jobs/video-job.js";

const { TABLE = "", SENDER, RECIPIENTS = "[]", SERVICE_URL = "", LINK_SECONDS = "604800" } = process.env;
/** A mail takes a second; whoever has held it for longer is dead. */
const LEASE_MS = 60_000;
/** Answers and failures are small; what is larger is none of ours. */
const MAX_ANSWER_BYTES = 1_000_000;

const s3 = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
const ses = new SESv2Client();
const table = new JobTable(TABLE);

/** What Lambda is called with by a topic. */
interface TopicEvent {
  readonly Records: readonly { readonly Sns: { readonly Message: string } }[];
}

/** Writes down how a video ended and sends the one mail about it, however often a topic says so. */
export async function handler(event: TopicEvent): Promise<void> {
  for (const { Sns } of event.Records) {
    const notice = readNotice(Sns.Message);
    if (notice === undefined) console.log(`No notice of a video: ${Sns.Message.slice(0, 200)}`);
    else await finish(notice);
  }
}

/** The topics also carry what Lambda says of functions that failed: that is for people. */
function readNotice(message: string): JobNotice | undefined {
  try {
    const notice = JSON.parse(message) as Partial<JobNotice> | null;
    const isEnd = notice?.invocationStatus === "Completed" || notice?.invocationStatus === "Failed";
    return isEnd && typeof notice.inferenceId === "string" ? (notice as JobNotice) : undefined;
  } catch {
    return undefined;
  }
}

async function finish(notice: JobNotice): Promise<void> {
  const { inferenceId: id, responseParameters } = notice;
  const before = await table.get(id);
  if (before === undefined) {
    console.log(`${id} is no video of this service`);
    return;
  }
  if (before.endedAt === undefined) {
    if (notice.invocationStatus === "Completed") {
      const answer = await read(responseParameters?.outputLocation ?? "");
      await table.end(id, { state: "done", result: JSON.parse(answer) as VideoJobResult });
    } else {
      await table.end(id, { state: "failed", reason: await reasonOf(notice) });
    }
  }
  await tell((await table.get(id))!);
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
  const url = `${serviceUrl(SERVICE_URL, process.env.AWS_ENDPOINT_URL)}results/${link.token}`;
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
