import { join } from "node:path";
import { expect, test } from "vitest";
import * as sdk from "../src/index.js";
import { follow } from "./support/follow.js";
import { packDrawnPictures } from "./support/pack-drawn-pictures.js";
import { folder, session, withLocal } from "./support/with-local.js";

withLocal("tuning");

const wait = { firstDelayMs: 100, mostDelayMs: 500 } as const;

test("finds the better learning rate on synthetic pictures, in twelve jobs, three at a time", async () => {
  const { train } = await packDrawnPictures(
    join(folder, "rec"),
    { folder: join(folder, "pictures"), classes: 3, perClass: 8, sidePixels: 32 },
    { train: 0.5, validation: 0.5 },
  );
  await sdk.ensureBucket(session);
  const data = await sdk.uploadFiles(session, join(folder, "rec"), "channels/");
  const job = await sdk.startTuningJob(session, {
    strategy: "Random",
    training: {
      algorithm: sdk.imageClassification({
        numClasses: 3,
        numTrainingSamples: train.entries.length,
        imageShape: [3, 32, 32],
        numLayers: 18,
        epochs: 2,
        miniBatchSize: 4,
      }),
      channels: {
        train: sdk.recordIOChannel(`${data.uri}train/`),
        validation: sdk.recordIOChannel(`${data.uri}validation/`),
      },
      instance: { type: "ml.p3.2xlarge" },
    },
    objective: { metric: "train:accuracy", direction: "maximize" },
    ranges: { learning_rate: { kind: "continuous", min: 1e-6, max: 0.1, scale: "Logarithmic" } },
    maxJobs: 12,
    maxParallelJobs: 3,
    aws: { HyperParameterTuningJobConfig: { RandomSeed: 1 } },
  });
  const { events, result } = await follow(sdk.waitForTuningJob(session, job, wait));
  const running = events.flatMap((event) => (event.kind === "progress" ? [event.running] : []));
  expect(Math.max(...running)).toBeLessThanOrEqual(3);
  expect(result.completed).toBe(12);
  const all = await session.send<{
    TrainingJobSummaries: {
      TunedHyperParameters: { learning_rate: string };
      FinalHyperParameterTuningJobObjectiveMetric: { Value: number };
    }[];
  }>("sagemaker", "ListTrainingJobsForHyperParameterTuningJob", {
    HyperParameterTuningJobName: job.name,
    MaxResults: 100,
  });
  const tried = all.TrainingJobSummaries.map((one) => ({
    rate: Number(one.TunedHyperParameters.learning_rate),
    value: one.FinalHyperParameterTuningJobObjectiveMetric.Value,
  }));
  // What is a hundred times too small learns nothing in two epochs.
  const [smallest] = tried.sort((a, b) => a.rate - b.rate);
  expect(Number(result.best.hyperparameters.learning_rate)).toBeGreaterThan(0.001);
  expect(result.best.value).toBeGreaterThan(smallest!.value);
  expect(result.best.value).toBe(Math.max(...tried.map(({ value }) => value)));
});
