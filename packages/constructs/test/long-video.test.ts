import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeAws } from "../../sdk/test/support/fake-aws.js";
import { loadFunction } from "./support/load-function.js";

const ID = "0123456789abcdef0123456789abcdef";
const ARN = "arn:aws:sagemaker:us-east-1:111122223333:processing-job/x";
const topicArn = (name: string) => `arn:aws:sns:us-east-1:111122223333:${name}`;
const SETTINGS = {
  ...{ TABLE: "jobs", COMPLETED_TOPIC: topicArn("completed"), FAILED_TOPIC: topicArn("failed") },
  ...{
    IMAGE: "111122223333.dkr.ecr.us-east-1.amazonaws.com/sightline:1",
    MODEL_URI: "s3://models/potholes/",
  },
  ...{ ROLE: "arn:aws:iam::111122223333:role/jobs", INSTANCE_TYPE: "ml.c5.4xlarge" },
  ...{ INSTANCE_COUNT: "3", VOLUME_GB: "100" },
};
const VIDEO = {
  ...{ id: ID, bucket: "roads", key: "input/long.mp4", outputFolder: "output/" },
  startedAt: "2026-11-29T00:00:00Z",
};

let aws: FakeAws;
beforeEach(async () => {
  aws = await FakeAws.start();
  aws.on("CreateProcessingJob", () => ({ ProcessingJobArn: ARN }));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.stop();
});

/** Looks at a job of which SageMaker says this. */
async function look(job: string, described: object): Promise<object> {
  aws.on("DescribeProcessingJob", () => ({ ProcessingJobName: job, ...described }));
  const handler = await loadFunction(aws, () => import("../src/handlers/long-video.js"), SETTINGS);
  return await handler({ ...VIDEO, step: "look", job });
}

const KILLED = { ProcessingJobStatus: "Failed", FailureReason: "AlgorithmError: , exit code: 137" };

test.each([
  ["share", "share-2", "killed for memory", KILLED.FailureReason],
  ["share-2", "share-3", "killed, as a process of this machine is", "AlgorithmError: , signal SIGKILL"],
  ["join", "join-2", "lost by SageMaker", "InternalServerError: We encountered an internal error."],
])("%s is started again as %s when it was %s", async (job, next, _how, FailureReason) => {
  const looked = await look(`${ID}-${job}`, { ...KILLED, FailureReason });
  expect(looked).toEqual({ job: `${ID}-${next}`, status: "InProgress" });
  expect(aws.operations()).toContain("CreateProcessingJob");
});

test.each([
  ["was lost three times", "share-3", KILLED, /share-3 is Failed: AlgorithmError: , exit code: 137/],
  [
    "said what it did not like, which it would say again",
    "share",
    {
      ...KILLED,
      ExitMessage: "no video stream",
      FailureReason: "AlgorithmError: no video stream, exit code: 1",
    },
    /share is Failed: no video stream/,
  ],
  [
    "was stopped by somebody",
    "join",
    { ProcessingJobStatus: "Stopped" },
    /join is Stopped: no reason was given/,
  ],
])("a job that %s has failed", async (_what, job, described, message) => {
  await expect(look(`${ID}-${job}`, described)).rejects.toThrow(message);
  expect(aws.operations()).not.toContain("CreateProcessingJob");
});

test("a job that is at work is looked at again", async () => {
  const job = `${ID}-share`;
  expect(await look(job, { ProcessingJobStatus: "InProgress" })).toEqual({ job, status: "InProgress" });
});
