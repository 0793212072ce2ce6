import { createHash } from "node:crypto";
import { join } from "node:path";
import { trainingChannels } from "@sightline/contract/channels";
import { type ClassificationManifest, SCHEMA_VERSION } from "@sightline/contract/manifest";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import type { HostPool } from "../inference/host-pool.js";
import { messageOf } from "../shared/errors.js";
import type { MlPaths } from "../shared/ml-root.js";
import { removePartialFiles } from "../shared/partial-files.js";
import { readJsonFile } from "../shared/read-json.js";
import { type Backbone, loadBackbone } from "./backbone.js";
import { findChannels, readLabels, type TrainingChannels } from "./channels.js";
import { hasCheckpointFolder, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { extractFeatures } from "./extract-features.js";
import { withFeatureHosts } from "./feature-hosts.js";
import { type FeatureSet, type Standardisation, standardise, standardised } from "./feature-set.js";
import {
  type EpochResult,
  type FitEnd,
  type FitState,
  fitHead,
  initialFitState,
  shouldStopEarly,
} from "./fit-head.js";
import { checkFusable, fuseModel, PROBABILITIES } from "./fused-model.js";
import { type Hyperparameters, parseHyperparameters } from "./hyperparameters.js";
import { evaluateHead } from "./softmax-head.js";
import { epochLines, type LogLine } from "./training-log.js";
import type { TrainingOutcome } from "./training-outcome.js";

/** Everything that the head is trained on. */
interface Prepared {
  readonly hyperparameters: Hyperparameters;
  readonly labels: readonly string[];
  readonly backbone: Backbone;
  readonly train: FeatureSet;
  readonly validation: FeatureSet;
  readonly standardisation: Standardisation;
}

/**
 * Runs one training job of the container contract below `paths`: channels in, model folder out.
 *
 * A stop by the signal during the epochs saves the best model so far and is no error.
 *
 * @throws JobInputError for what the caller can mend; `signal.reason` when stopped before the first epoch
 */
export async function runTraining(
  paths: MlPaths,
  log: LogLine,
  signal: AbortSignal,
): Promise<TrainingOutcome> {
  await removePartialFiles(paths.model);
  const hyperparameters = parseHyperparameters(
    await readJsonFile(paths.hyperparameters, "hyperparameters.json"),
  );
  const channels = await findChannels(paths, trainingChannels, signal);
  const labels = await readLabels(channels.labels, hyperparameters.numClasses);
  const backbone = await loadBackbone(channels, hyperparameters.imageShape);
  checkFusable(backbone);
  logSetup(hyperparameters, backbone, log);
  const prepared = await prepare({ hyperparameters, labels, backbone }, channels, log, signal);

  const fingerprint = fingerprintOf(prepared);
  const checkpoints = (await hasCheckpointFolder(paths.checkpoints)) ? paths.checkpoints : undefined;
  const resumed = checkpoints === undefined ? undefined : await loadCheckpoint(checkpoints, fingerprint, log);
  if (resumed) log(`Resuming from a checkpoint after epoch ${resumed.epoch - 1}.`);
  const state = resumed ?? initialFitState(hyperparameters.numClasses, prepared.train.width);

  const end = await fit(state, prepared, { checkpoints, fingerprint, log, signal });
  if (!state.best) return { end, saved: false };
  await saveModel(paths, state, prepared, log);
  return { end, saved: true };
}

function logSetup(hyperparameters: Hyperparameters, backbone: Backbone, log: LogLine): void {
  const { width, height, channels } = backbone.input;
  log(
    `Backbone: ${backbone.name} (${width}x${height} ${channels}, output ${backbone.features}, sha256 ${backbone.sha256.slice(0, 12)})`,
  );
  for (const note of backbone.notes) log(`Note: ${note}.`);
  for (const [name, reason] of Object.entries(hyperparameters.withoutEffect)) {
    log(`Hyperparameter ${name} is accepted without effect: ${reason}.`);
  }
}

async function prepare(
  job: Pick<Prepared, "hyperparameters" | "labels" | "backbone">,
  channels: TrainingChannels,
  log: LogLine,
  signal: AbortSignal,
): Promise<Prepared> {
  const { hyperparameters, backbone } = job;
  const { bytes, name, input, features: output } = backbone;
  const { numClasses, seed, augmentationType } = hyperparameters;
  const common = { numClasses, seed, signal };
  const [train, validation] = await withFeatureHosts(
    { bytes, name, input, output },
    { log, signal },
    async (pool) =>
      [
        await extract(pool, log, { ...common, channel: "train", path: channels.train, augmentationType }),
        await extract(pool, log, { ...common, channel: "validation", path: channels.validation }),
      ] as const,
  );
  warnAboutCount(train, hyperparameters, log);
  warnAboutClasses(train, numClasses, log);
  const standardisation = standardise(train);
  return {
    ...job,
    train: standardised(train, standardisation),
    validation: standardised(validation, standardisation),
    standardisation,
  };
}

async function extract(
  pool: HostPool,
  log: LogLine,
  options: Parameters<typeof extractFeatures>[1],
): Promise<FeatureSet> {
  const started = performance.now();
  let told = started;
  const set = await extractFeatures(pool, {
    ...options,
    onProgress: (done) => {
      if (performance.now() - told < 5000) return;
      told = performance.now();
      log(`Features of channel ${options.channel}: ${done} pictures`);
    },
  });
  const seconds = (performance.now() - started) / 1000;
  log(
    `Features of channel ${options.channel}: ${set.count} pictures, ${set.width} values each, ${seconds.toFixed(2)} s (${(set.count / seconds).toFixed(1)} samples/sec)`,
  );
  return set;
}

/** As SageMaker's own algorithm: it needs the number for its epochs; ours end with the data. */
function warnAboutCount({ count }: FeatureSet, { numTrainingSamples }: Hyperparameters, log: LogLine): void {
  if (count === numTrainingSamples) return;
  log(
    `Warning: num_training_samples is ${numTrainingSamples}, but channel train holds ${count} pictures; all ${count} are used.`,
  );
}

function warnAboutClasses({ labels }: FeatureSet, numClasses: number, log: LogLine): void {
  const seen = new Set(labels);
  const missing = Array.from({ length: numClasses }, (_, i) => i).filter((label) => !seen.has(label));
  if (missing.length > 0) log(`Warning: channel train has no picture of class ${missing.join(", ")}.`);
}

/** What the course of the training depends on, besides how long it goes on. */
function fingerprintOf({ hyperparameters, backbone, train, validation }: Prepared): string {
  const { epochs: _, checkpointFrequency: __, withoutEffect: ___, ...relevant } = hyperparameters;
  const parts = { relevant, backbone: backbone.sha256, input: backbone.input, features: backbone.features };
  return createHash("sha256")
    .update(JSON.stringify({ ...parts, train: train.sha256, validation: validation.sha256 }))
    .digest("hex");
}

interface FitContext {
  readonly checkpoints: string | undefined;
  readonly fingerprint: string;
  readonly log: LogLine;
  readonly signal: AbortSignal;
}

async function fit(state: FitState, prepared: Prepared, context: FitContext): Promise<FitEnd> {
  const { hyperparameters, train, validation } = prepared;
  const { checkpoints, fingerprint, log, signal } = context;
  if (shouldStopEarly(state, hyperparameters)) return "early-stopping";
  const epochs = fitHead(state, train, validation, { hyperparameters, signal });
  for (;;) {
    const next = await epochs.next();
    if (next.done) {
      if (next.value === "early-stopping") log(`Early stopping after epoch ${state.epoch - 1}.`);
      if (next.value === "stopped")
        log(`Stopped in epoch ${state.epoch}; keeping the best epoch that ended.`);
      return next.value;
    }
    report(next.value, hyperparameters, log);
    const due =
      state.epoch % hyperparameters.checkpointFrequency === 0 || state.epoch === hyperparameters.epochs;
    if (checkpoints && due)
      log(`Saved checkpoint to "${await saveCheckpoint(checkpoints, state, fingerprint)}"`);
  }
}

function report(result: EpochResult, { topK }: Hyperparameters, log: LogLine): void {
  for (const line of epochLines(result, topK)) log(line);
  if (result.isBest)
    log(`Storing the best model with validation accuracy: ${result.validation.accuracy.toFixed(6)}`);
}

async function saveModel(paths: MlPaths, state: FitState, prepared: Prepared, log: LogLine): Promise<void> {
  const { hyperparameters, labels, backbone, train, validation, standardisation } = prepared;
  const best = state.best!;
  const bytes = fuseModel(backbone, standardisation, best.head, {
    "sightline.task": "image-classification",
    names: JSON.stringify(labels),
  });
  const evaluation = evaluateHead(best.head, validation, hyperparameters.topK);
  // No time and no path in here: the same job gives the same bytes.
  const manifest: ClassificationManifest = {
    schemaVersion: SCHEMA_VERSION,
    task: "image-classification",
    model: "model.onnx",
    labels,
    input: backbone.input,
    output: PROBABILITIES,
    training: {
      backbone: {
        name: backbone.name,
        sha256: backbone.sha256,
        features: backbone.features,
        values: train.width,
      },
      samples: { train: train.count, validation: validation.count },
      epochs: state.epoch,
      bestEpoch: best.epoch,
      validationAccuracy: best.accuracy,
      validationCrossEntropy: best.crossEntropy,
      hyperparameters: { ...hyperparameters, withoutEffect: Object.keys(hyperparameters.withoutEffect) },
      modelSha256: createHash("sha256").update(bytes).digest("hex"),
    },
  };
  await writeWholeFile(join(paths.model, "model.onnx"), bytes);
  // Last: a folder without a manifest is no model.
  await writeWholeFile(join(paths.model, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeEvaluation(paths, { labels, bestEpoch: best.epoch, ...evaluation }, log);
  log(
    `Saved model to "${paths.model}" (epoch ${best.epoch}, validation accuracy ${best.accuracy.toFixed(6)}, ${bytes.byteLength} bytes)`,
  );
}

/** The confusion matrix goes to the job's output archive; the model does not depend on it. */
async function writeEvaluation(paths: MlPaths, evaluation: object, log: LogLine): Promise<void> {
  try {
    await writeWholeFile(join(paths.outputData, "evaluation.json"), `${JSON.stringify(evaluation)}\n`);
  } catch (error) {
    log(`Warning: the evaluation could not be written: ${messageOf(error)}.`);
  }
}
