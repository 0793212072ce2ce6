import { expect, test } from "vitest";
import { missing, quick, Refusal } from "../../test/support/fake-aws.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { deleteTrainingJob } from "./delete-training-job.js";
import { stopTrainingJob } from "./stop-training-job.js";

test("stops a job and waits for its end; one that has ended stays as it is", async () => {
  aws.on("StopTrainingJob", () => ({}));
  aws.on("DescribeTrainingJob", (_input, count) => ({
    TrainingJobStatus: count < 2 ? "Stopping" : "Stopped",
  }));
  expect(await stopTrainingJob(session, "x", quick)).toBe("Stopped");
  aws.on("StopTrainingJob", () => new Refusal(400, "ValidationException", "the job is in status Completed"));
  aws.on("DescribeTrainingJob", () => ({ TrainingJobStatus: "Completed" }));
  expect(await stopTrainingJob(session, "x", quick)).toBe("Completed");
  aws.on("StopTrainingJob", () => new Refusal(400, "ValidationException", "Requested resource not found."));
  aws.on(
    "DescribeTrainingJob",
    () => new Refusal(400, "ValidationException", "Requested resource not found."),
  );
  await expect(stopTrainingJob(session, "x", quick)).rejects.toThrow(/not found/);
});

test("deletes a job's record, stopping it first; deleting again is no error", async () => {
  aws.on("StopTrainingJob", () => ({}));
  aws.on("DeleteTrainingJob", () => ({}));
  aws.on("DescribeTrainingJob", (_input, count) => ({
    TrainingJobStatus: count < 2 ? "InProgress" : "Stopped",
  }));
  expect(await deleteTrainingJob(session, "x", quick)).toBe(true);
  expect(aws.operations().at(-1)).toBe("DeleteTrainingJob");
  aws.on("DescribeTrainingJob", () => missing("training job"));
  expect(await deleteTrainingJob(session, "x", quick)).toBe(false);
});
