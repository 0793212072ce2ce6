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
import type { Answers } from "./answers.js";
import { type Backbone, loadBackbone } from "./backbone.js";
import { findChannels, readLabels, type TrainingChannels } from "./channels.js";
import { hasCheckpointFolder, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { answersOf } from "./choose-answers.js";
import { shouldStopEarly } from "./early-stopping.js";
import { evaluate } from "./evaluation.js";
import { extractFeatures } from "./extract-features.js";
import { withFeatureHosts } from "./feature-hosts.js";
import { type FeatureSet, type Standardisation, standardise, standardised } from "./feature-set.js";
import { type EpochResult, type FitState, fitHead, initialFitState } from "./fit-head.js";
import { checkFusable, fuseModel, PROBABILITIES } from "./fused-model.js";
import { type Hyperparameters, parseHyperparameters } from "./hyperparameters.js";
import { logEnd, loggedReading, logNotes, warnAboutClasses, warnAboutCount } from "./job-lines.js";
import { mistakePictures } from "./report/mistake-pictures.js";
import { trainingReport } from "./report/training-report.js";
import { saveModelFolder } from "./save-model.js";
import { shareFeatures } from "./shared-features.js";
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
  readonly answers: Answers;
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
  if (!prepared) return "handed-over";

  const fingerprint = fingerprintOf(prepared);
  const checkpoints = (await hasCheckpointFolder(paths.checkpoints)) ? paths.checkpoints : undefined;
  const resumed = checkpoints === undefined ? undefined : await loadCheckpoint(checkpoints, fingerprint, log);
  if (resumed) log(`Resuming from a checkpoint after epoch ${resumed.epoch - 1}.`);
  const state = resumed ?? initialFitState(hyperparameters.numClasses, prepared.train.width);

  await fit(state, prepared, { checkpoints, fingerprint, log, signal });
  if (!state.best) return "unsaved";
  await saveModel(paths, state, prepared, log);
  await writeReport(paths, state, prepared, channels.validation, log);
  return "saved";
}

function logSetup(hyperparameters: Hyperparameters, backbone: Backbone, log: LogLine): void {
  const { width, height, channels } = backbone.input;
  log(
    `Backbone: ${backbone.name} (${width}x${height} ${channels}, output ${backbone.features}, sha256 ${backbone.sha256.slice(0, 12)})`,
  );
  logNotes(backbone, hyperparameters, log);
}

/** What to train on; undefined on a host that has given its share to the one that trains. */
async function prepare(
  job: Pick<Prepared, "hyperparameters" | "labels" | "backbone">,
  channels: TrainingChannels,
  log: LogLine,
  signal: AbortSignal,
): Promise<Prepared | undefined> {
  const { hyperparameters } = job;
  const sets = await features(job, channels, log, signal);
  if (!sets) return undefined;
  const [train, validation] = sets;
  warnAboutCount(train.count, hyperparameters, log);
  warnAboutClasses("picture", new Set(train.labels.flat()), hyperparameters, log);
  const standardisation = standardise(train);
  return {
    ...job,
    train: standardised(train, standardisation),
    validation: standardised(validation, standardisation),
    standardisation,
    answers: answersOf(hyperparameters, train, log),
  };
}

/** The features of both channels, of which every host runs its share of the pictures. */
async function features(
  { hyperparameters, backbone }: Pick<Prepared, "hyperparameters" | "backbone">,
  channels: TrainingChannels,
  log: LogLine,
  stop: AbortSignal,
): Promise<readonly [train: FeatureSet, validation: FeatureSet] | undefined> {
  const { bytes, name, input, features: output } = backbone;
  const { numClasses, multiLabel, seed, augmentationType } = hyperparameters;
  const shared = await shareFeatures(
    channels.cluster,
    { hyperparameters, backbone: backbone.sha256, input },
    log,
    stop,
  );
  const signal = shared.failed ? AbortSignal.any([stop, shared.failed]) : stop;
  const common = { numClasses, multiLabel, seed, signal, isMine: shared.isMine };
  try {
    const [train, validation] = await withFeatureHosts(
      { bytes, name, input, output },
      { log, signal },
      async (pool) => [
        await extract(pool, log, { ...common, channel: "train", path: channels.train, augmentationType }),
        await extract(pool, log, { ...common, channel: "validation", path: channels.validation }),
      ],
    );
    const all = await Promise.all([
      shared.complete("train", train!),
      shared.complete("validation", validation!),
    ]);
    return all[0] && all[1] ? [all[0], all[1]] : undefined;
  } catch (error) {
    if (!stop.aborted) await shared.fail(messageOf(error));
    throw error;
  } finally {
    await shared.close();
  }
}

async function extract(
  pool: HostPool,
  log: LogLine,
  options: Parameters<typeof extractFeatures>[1],
): Promise<FeatureSet> {
  return await loggedReading(
    `Features of channel ${options.channel}`,
    log,
    async (onProgress) => await extractFeatures(pool, { ...options, onProgress }),
    (set) => [set.values.length / Math.max(1, set.width * set.views), `${set.width} values each`],
  );
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

async function fit(state: FitState, prepared: Prepared, context: FitContext): Promise<void> {
  const { hyperparameters, train, validation, answers } = prepared;
  const { checkpoints, fingerprint, log, signal } = context;
  if (shouldStopEarly(state, hyperparameters)) return;
  const epochs = fitHead(state, train, validation, { hyperparameters, answers, signal });
  for (;;) {
    const next = await epochs.next();
    if (next.done) {
      logEnd(next.value, state.epoch, log);
      return;
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
  const { hyperparameters, labels, backbone, train, validation, standardisation, answers } = prepared;
  const best = state.best!;
  const bytes = fuseModel(backbone, standardisation, best.head, answers.operator, {
    "sightline.task": "image-classification",
    names: JSON.stringify(labels),
  });
  // No time and no path in here: the same job gives the same bytes.
  const manifest: ClassificationManifest = {
    schemaVersion: SCHEMA_VERSION,
    task: "image-classification",
    model: "model.onnx",
    labels,
    input: backbone.input,
    output: PROBABILITIES,
    // Of several classes the probabilities do not add up to 1: serve wants to be told.
    ...(hyperparameters.multiLabel ? { activation: "none" } : {}),
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
  const described = `epoch ${best.epoch}, validation accuracy ${best.accuracy.toFixed(6)}`;
  await saveModelFolder(paths.model, bytes, manifest, described, log);
}

/** How good the model is goes to the job's output archive; the model does not depend on it. */
async function writeReport(
  paths: MlPaths,
  { best, history }: FitState,
  { labels, backbone, train, validation, answers }: Prepared,
  channel: string,
  log: LogLine,
): Promise<void> {
  const { head, epoch: bestEpoch } = best!;
  const evaluation = evaluate(head, validation, answers);
  const samples = { train: train.count, validation: validation.count };
  try {
    const write = (name: string, text: string) => writeWholeFile(join(paths.outputData, name), text);
    const told = { labels, bestEpoch, ...evaluation, history };
    await write("evaluation.json", `${JSON.stringify(told)}\n`);
    const pictures = await mistakePictures(channel, evaluation.worst);
    const report = { labels, history, bestEpoch, samples, backbone: backbone.name, evaluation, pictures };
    await write("report.html", trainingReport(report));
  } catch (error) {
    log(`Warning: the report could not be written: ${messageOf(error)}.`);
  }
}
