import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { VideoJobResult, VideoSummary } from "@sightline/contract/video-job";
import {
  containerImage,
  createSession,
  ResourceConflictError,
  type Session,
  startProcessingJob,
} from "@sightline/sdk";
import { JobTable } from "../jobs/job-table.js";
import { JOBS_FOLDER } from "../jobs/video-event.js";
import type { JobNotice } from "../jobs/video-job.js";

const {
  TABLE = "",
  COMPLETED_TOPIC = "",
  FAILED_TOPIC = "",
  IMAGE = "",
  MODEL_URI = "",
  ROLE = "",
  INSTANCE_TYPE = "",
  INSTANCE_COUNT = "2",
  VOLUME_GB = "100",
} = process.env;

const s3 = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
const sns = new SNSClient();
const table = new JobTable(TABLE);
let session: Promise<Session> | undefined;

/** A long video, as the execution has it from the start. */
interface LongVideo {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly outputFolder: string;
  /** When the execution began, ISO 8601. */
  readonly startedAt: string;
}

/** One step of the state machine. */
type Step = LongVideo &
  (
    | { readonly step: "share" | "join" | "finish" }
    | { readonly step: "look"; readonly job: string }
    | { readonly step: "fail"; readonly error: { readonly Error?: string; readonly Cause?: string } }
  );

/** Does one step of a long video; each may be repeated, as the machine tries again what fails. */
export async function handler(event: Step): Promise<object> {
  const { id, bucket, key, step } = event;
  const own = `s3://${bucket}/${JOBS_FOLDER}${id}/`;
  const inputs = { video: { uri: `s3://${bucket}/${key}` } };
  switch (step) {
    case "share": {
      const model = { uri: MODEL_URI };
      return await start(
        `${id}-share`,
        ["mark-up"],
        { ...inputs, model },
        `${own}parts/`,
        Number(INSTANCE_COUNT),
      );
    }
    case "join": {
      await table.move(id, "joining");
      const parts = { uri: `${own}parts/` };
      return await start(
        `${id}-join`,
        ["join-video"],
        { ...inputs, parts },
        `s3://${bucket}/${event.outputFolder}`,
        1,
      );
    }
    case "look":
      return await look(event.job);
    case "finish":
      await finish(event, own);
      return {};
    case "fail": {
      const failureReason = `${inputs.video.uri} was not marked up: ${causeOf(event.error)}`;
      await publish(FAILED_TOPIC, { invocationStatus: "Failed", inferenceId: id, failureReason });
      return {};
    }
  }
}

/** Starts a processing job; one of that name is this video's own, started by an earlier try. */
async function start(
  name: string,
  args: readonly string[],
  inputs: Readonly<Record<string, { readonly uri: string }>>,
  uri: string,
  count: number,
): Promise<{ readonly job: string }> {
  session ??= createSession();
  try {
    await startProcessingJob(await session, {
      ...{ name, args, inputs, role: ROLE, command: ["process"], image: containerImage(IMAGE) },
      outputs: { result: { uri, path: "/opt/ml/processing/output" } },
      instance: { type: INSTANCE_TYPE, count, volumeGb: Number(VOLUME_GB) },
    });
  } catch (error) {
    if (!(error instanceof ResourceConflictError)) throw error;
  }
  return { job: name };
}

async function look(job: string): Promise<{ readonly job: string; readonly status: string }> {
  session ??= createSession();
  const described = (await (
    await session
  ).send("sagemaker", "DescribeProcessingJob", {
    ProcessingJobName: job,
  })) as { ProcessingJobStatus?: string; ExitMessage?: string; FailureReason?: string };
  const { ProcessingJobStatus: status = "", ExitMessage: said, FailureReason: reason } = described;
  if (status === "Failed" || status === "Stopped") {
    throw new Error(`${job} is ${status}: ${said ?? reason ?? "no reason was given"}`);
  }
  return { job, status };
}

/** What the joining job counted becomes the answer, as the endpoint would have given it. */
async function finish({ id, bucket, key, outputFolder, startedAt }: LongVideo, own: string): Promise<void> {
  const stem = key
    .split("/")
    .at(-1)!
    .replace(/\.[^.]+$/, "");
  const place = `${outputFolder}${stem}`;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${place}_summary.json` }));
  const summary = JSON.parse(await Body!.transformToString()) as VideoSummary;
  const result: VideoJobResult = {
    ...summary,
    output: `s3://${bucket}/${place}_output.mp4`,
    detections: `s3://${bucket}/${place}_detections.jsonl`,
    seconds: (Date.now() - Date.parse(startedAt)) / 1000,
  };
  const answerKey = `${JOBS_FOLDER}${id}/answer.json`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: answerKey, Body: JSON.stringify(result) }));
  await publish(COMPLETED_TOPIC, {
    ...{ invocationStatus: "Completed", inferenceId: id },
    responseParameters: { outputLocation: `${own}answer.json` },
  });
}

async function publish(topic: string, notice: JobNotice): Promise<void> {
  await sns.send(new PublishCommand({ TopicArn: topic, Message: JSON.stringify(notice) }));
}

/** What a step threw is JSON in the cause of the execution's error. */
function causeOf({ Error: name = "", Cause: cause = "" }: { Error?: string; Cause?: string }): string {
  try {
    return (JSON.parse(cause) as { errorMessage?: string }).errorMessage ?? cause;
  } catch {
    return cause || name || "no reason was given";
  }
}
