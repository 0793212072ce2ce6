#!/usr/bin/env node
import { type BuiltInAlgorithm, builtInAlgorithms } from "@sightline/contract/built-in-algorithms";
import { detectionHyperparameters } from "@sightline/contract/detection-hyperparameters";
import { hyperparameters } from "@sightline/contract/hyperparameter-table";
import { helpLines } from "@sightline/contract/reference";
import { JobInputError, messageOf, stackOf } from "./shared/errors.js";
import { leaveNote } from "./shared/leave-note.js";
import { mlPaths } from "./shared/ml-root.js";
import { readJsonFile } from "./shared/read-json.js";
import { runDetectionTraining } from "./train/detection/run-detection.js";
import { runTraining } from "./train/run-training.js";
import { trainingLog } from "./train/training-log.js";

// The program `train` of the container contract: exit 0 is a completed job, anything else a failed one, and the
// first 1,024 characters of output/failure become the job's FailureReason.

const paths = mlPaths();
const log = trainingLog();
const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    log(`${signal}: stopping at the next batch.`);
    stop.abort(new Error(`stopped by ${signal}`));
  });
}

async function fail(error: unknown): Promise<number> {
  // The words before the colon are the built-in algorithms' own: who has to mend it.
  const text = `${error instanceof JobInputError ? "ClientError" : "AlgorithmError"}: ${messageOf(error)}`;
  process.stderr.write(`${text}\n${stackOf(error)}`);
  await leaveNote(paths.failure, text, (line) => process.stderr.write(`${line}\n`));
  return 1;
}

async function main(): Promise<number> {
  try {
    const run = (await algorithm()) === "object-detection" ? runDetectionTraining : runTraining;
    return (await run(paths, log, stop.signal)) === "unsaved" ? 143 : 0;
  } catch (error) {
    if (stop.signal.aborted && error === stop.signal.reason) {
      log("Stopped before the first epoch ended; there is no model to save.");
      return 143;
    }
    return await fail(error);
  }
}

/** The built-in images stand for an algorithm each, and local SageMaker says which; this one takes it as a hyperparameter. */
async function algorithm(): Promise<BuiltInAlgorithm> {
  const [word, ...others] = process.argv.slice(2);
  if (word !== undefined) {
    const named = builtInAlgorithms.find((name) => name === word);
    if (named !== undefined && others.length === 0) return named;
    throw new JobInputError(
      `train takes one argument, ${builtInAlgorithms.join(" or ")}, not "${[word, ...others].join(" ")}".`,
    );
  }
  const given: unknown = await readJsonFile(paths.hyperparameters, "hyperparameters.json");
  const isDetection = (given as { task?: unknown } | null)?.task === "object-detection";
  return isDetection ? "object-detection" : "image-classification";
}

const HELP = `train: trains from the channels and hyperparameters below /opt/ml (SIGHTLINE_ML_ROOT)

Usage: train [image-classification | object-detection]

Without an argument an image classifier is trained, or what the hyperparameter "task" says.

Hyperparameters of image classification (input/config/hyperparameters.json, strings)
${helpLines(hyperparameters)}

Hyperparameters of object detection
${helpLines(detectionHyperparameters)}
`;

if (process.argv.includes("--help")) process.stdout.write(HELP);
else process.exitCode = await main();
