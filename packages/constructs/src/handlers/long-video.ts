import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { type VideoJobResult, type VideoSummary, videoStem } from "@sightline/contract/video-job";
import { containerImage, ResourceConflictError, startProcessingJob } from "@sightline/sdk";
import { openSession, s3 } from "../jobs/aws-clients.js";
import { MOST_STARTS } from "../jobs/job-notice.js";
import { JobTable } from "../jobs/job-table.js";
import { publishNotice } from "../jobs/publish-notice.js";
import { readSettings } from "../jobs/read-settings.js";
import { JOBS_FOLDER } from "../jobs/video-event.js";

const settings = readSettings(
  ...(["TABLE", "COMPLETED_TOPIC", "FAILED_TOPIC", "IMAGE", "MODEL_URI", "ROLE"] as const),
  ...(["INSTANCE_TYPE", "INSTANCE_COUNT", "VOLUME_GB"] as const),
);
const table = new JobTable(settings.TABLE);

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
  switch (step) {
    case "share":
      return await start(event, "share", 1);
    case "join":
      await table.move(id, 1, "joining");
      return await start(event, "join", 1);
    case "look":
      return await look(event);
    case "finish":
      await finish(event, own);
      return {};
    case "fail": {
      const failureReason = `s3://${bucket}/${key} was not marked up: ${causeOf(event.error)}`;
      await publishNotice(settings.FAILED_TOPIC, {
        invocationStatus: "Failed",
        inferenceId: id,
        failureReason,
      });
      return {};
    }
  }
}

/** What is done of a video, in this order. */
type Work = "share" | "join";

/** Starts a processing job; one of that name is this video's own, started by an earlier try. */
async function start(
  { id, bucket, key, outputFolder }: LongVideo,
  work: Work,
  time: number,
): Promise<{ readonly job: string }> {
  const job = time === 1 ? `${id}-${work}` : `${id}-${work}-${time}`;
  const video = { uri: `s3://${bucket}/${key}` };
  const parts = { uri: `s3://${bucket}/${JOBS_FOLDER}${id}/parts/` };
  const { args, inputs, uri, count } = {
    share: {
      ...{ args: ["mark-up"], inputs: { video, model: { uri: settings.MODEL_URI } } },
      ...{ uri: parts.uri, count: Number(settings.INSTANCE_COUNT) },
    },
    join: {
      ...{ args: ["join-video"], inputs: { video, parts } },
      ...{ uri: `s3://${bucket}/${outputFolder}`, count: 1 },
    },
  }[work];
  try {
    await startProcessingJob(await openSession(), {
      ...{ name: job, args, inputs, role: settings.ROLE },
      ...{ command: ["process"], image: containerImage(settings.IMAGE) },
      outputs: { result: { uri, path: "/opt/ml/processing/output" } },
      instance: { type: settings.INSTANCE_TYPE, count, volumeGb: Number(settings.VOLUME_GB) },
    });
  } catch (error) {
    if (!(error instanceof ResourceConflictError)) throw error;
  }
  return { job };
}

/** How a job is. One that was lost with its machine is started again under another name. */
async function look(event: LongVideo & { readonly job: string }): Promise<object> {
  const { job } = event;
  const session = await openSession();
  const described = (await session.send("sagemaker", "DescribeProcessingJob", {
    ProcessingJobName: job,
  })) as { ProcessingJobStatus?: string; ExitMessage?: string; FailureReason?: string };
  const { ProcessingJobStatus: status = "", ExitMessage: said, FailureReason: reason } = described;
  if (status !== "Failed" && status !== "Stopped") return { job, status };
  const [, work, time = "1"] = /-(share|join)(?:-(\d))?$/.exec(job)!;
  if (status === "Failed" && isMachineLost(reason) && Number(time) < MOST_STARTS) {
    console.log(`${job} was lost and is started again: ${reason}`);
    return { ...(await start(event, work as Work, Number(time) + 1)), status: "InProgress" };
  }
  throw new Error(`${job} is ${status}: ${said ?? reason ?? "no reason was given"}`);
}

/** Killed from outside (137 is SIGKILL, as for want of memory), or SageMaker's own fault. */
function isMachineLost(reason = ""): boolean {
  return /exit code: 137|signal SIGKILL|InternalServerError|internal error/i.test(reason);
}

/** What the joining job counted becomes the answer, as the endpoint would have given it. */
async function finish({ id, bucket, key, outputFolder, startedAt }: LongVideo, own: string): Promise<void> {
  const place = `${outputFolder}${videoStem(key)}`;
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
  await publishNotice(settings.COMPLETED_TOPIC, {
    ...{ invocationStatus: "Completed", inferenceId: id },
    responseParameters: { outputLocation: `${own}answer.json` },
  });
}

/** What a step threw is JSON in the cause of the execution's error. */
function causeOf({ Error: name = "", Cause: cause = "" }: { Error?: string; Cause?: string }): string {
  try {
    return (JSON.parse(cause) as { errorMessage?: string }).errorMessage ?? cause;
  } catch {
    return cause || name || "no reason was given";
  }
}
