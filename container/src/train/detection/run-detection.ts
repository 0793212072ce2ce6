import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { detectionChannels } from "@sightline/contract/channels";
import { type ObjectDetectionManifest, SCHEMA_VERSION } from "@sightline/contract/manifest";
import { writeModel } from "@sightline/onnx";
import { type ImageRecord, readRecords } from "@sightline/recordio";
import { JobInputError } from "../../shared/errors.js";
import type { MlPaths } from "../../shared/ml-root.js";
import { removePartialFiles } from "../../shared/partial-files.js";
import { readJsonFile } from "../../shared/read-json.js";
import { findChannels, readLabels, type TrainingChannels } from "../channels.js";
import { hasCheckpointFolder } from "../checkpoint.js";
import { channelProblem, type ExtractedRows, extractRows } from "../extract-features.js";
import { withFeatureHosts } from "../feature-hosts.js";
import { Breath } from "../fit-head.js";
import { logEnd, loggedReading, logNotes, warnAboutClasses, warnAboutCount } from "../job-lines.js";
import { saveModelFolder } from "../save-model.js";
import type { LogLine } from "../training-log.js";
import type { TrainingOutcome } from "../training-outcome.js";
import { BOX_VIEWS, boxesIn, boxViews } from "./box-views.js";
import type { TruthBox } from "./boxes.js";
import { detectionLines } from "./detection-log.js";
import { featureRows, loadMapBackbone, type MapBackbone, withWhitening } from "./feature-maps.js";
import { type DetectionData, type DetectorFit, fitDetector } from "./fit-detector.js";
import { DETECTION, fuseDetector } from "./fused-detector.js";
import type { View } from "./head-learner.js";
import { type DetectionSettings, parseDetectionHyperparameters } from "./hyperparameters.js";
import { allAnchors } from "./levels.js";
import { matchAnchors } from "./match-anchors.js";
import { readBoxes } from "./read-boxes.js";
import { roomForRows } from "./room-for-rows.js";
import { whitenMaps } from "./whiten-maps.js";

/** What a detector is trained on, and what makes it. */
interface Prepared {
  readonly data: DetectionData;
  /** With its maps whitened. */
  readonly backbone: MapBackbone;
}

/**
 * Runs one training job of object detection below `paths`: channels in, model folder out. A linear SSD head is trained
 * on the maps of a frozen backbone. A stop by the signal during the epochs saves the best model so far and is no error.
 *
 * @throws JobInputError for what the caller can mend; `signal.reason` when stopped before the first epoch
 */
export async function runDetectionTraining(
  paths: MlPaths,
  log: LogLine,
  signal: AbortSignal,
): Promise<TrainingOutcome> {
  await removePartialFiles(paths.model);
  const settings = parseDetectionHyperparameters(
    await readJsonFile(paths.hyperparameters, "hyperparameters.json"),
  );
  const channels = await findChannels(paths, detectionChannels, signal);
  const { hosts, index } = channels.cluster;
  if (hosts.length > 1) {
    throw new JobInputError(
      `The job has ${hosts.length} instances; object detection trains on one here. Set InstanceCount to 1.`,
    );
  }
  const labels = await readLabels(channels.labels, settings.numClasses);
  const backbone = await loadMapBackbone(channels, settings.imageShape);
  logSetup(settings, backbone, log);
  if (await hasCheckpointFolder(paths.checkpoints)) {
    log("Note: object detection writes no checkpoints; an interrupted job begins again.");
  }
  const prepared = await prepare(settings, backbone, channels, log, signal);
  const fit = await train(prepared.data, settings, hosts[index]!, log, signal);
  if (!fit.best) return "unsaved";
  await saveModel(paths, { settings, labels, prepared, fit }, log);
  return "saved";
}

function logSetup(settings: DetectionSettings, backbone: MapBackbone, log: LogLine): void {
  const { width, height } = backbone.input;
  const anchors = backbone.levels.reduce((sum, level) => sum + level.anchors.length / 4, 0);
  log(
    `Backbone: ${backbone.name} (${width}x${height}, ${backbone.levels.length} maps, ${anchors} anchors, sha256 ${backbone.sha256.slice(0, 12)})`,
  );
  logNotes(backbone, settings, log);
}

async function prepare(
  settings: DetectionSettings,
  plain: MapBackbone,
  channels: TrainingChannels,
  log: LogLine,
  signal: AbortSignal,
): Promise<Prepared> {
  const { numClasses, seed } = settings;
  const context = { log, signal };
  const breath = new Breath();
  /** Hears of a stop in long computations. */
  const pause = async (): Promise<void> => {
    await breath.take();
    signal.throwIfAborted();
  };
  // One reading of the channel, which may be a FIFO: the first pictures are looked at twice.
  const { first, all } = await peek(readRecords(channels.train, { signal })).catch((error: unknown) => {
    throw channelProblem(error, "train");
  });
  const backbone = await whitened(plain, first, { ...context, pause });
  const [taught, judged] = await withFeatureHosts(featureRows(backbone), context, async (pool, memory) => {
    const onRow = roomForRows(memory);
    const read = (channel: string, records: AsyncIterable<ImageRecord>, augment: boolean) =>
      loggedReading(
        `Feature maps of channel ${channel}`,
        log,
        async (onProgress) =>
          await extractRows<TruthBox[]>(
            pool,
            { channel, records, signal, onProgress },
            {
              labelOf: (record, where) => readBoxes(record, where, numClasses),
              viewsOf: (_, index) => (augment ? boxViews(seed, index) : []),
              onRow,
            },
          ),
        ({ rows, labels }) => [rows.length, `${labels.flat().length} boxes`],
      );
    return [
      await read("train", all, true),
      await read("validation", readRecords(channels.validation, { signal }), false),
    ] as const;
  });
  warn(settings, taught, judged, log);
  const { levels } = backbone;
  const anchors = allAnchors(levels);
  const train: View[][] = [];
  for (const [index, rows] of taught.rows.entries()) {
    const truth = taught.labels[index]!;
    const truths = [truth, ...boxViews(seed, index).map((view) => boxesIn(view, truth))];
    train.push(rows.map((row, view) => ({ row, targets: matchAnchors(anchors, truths[view]!) })));
    await pause();
  }
  const validation = judged.rows.map(([row], index) => ({ row: row!, truth: judged.labels[index]! }));
  return { data: { levels, train, validation }, backbone };
}

/** Pictures whose maps tell how channels go together. */
const PEEKED = 64;

/** The first records of a channel, and all of them in order. */
async function peek(
  records: AsyncGenerator<ImageRecord>,
): Promise<{ first: readonly ImageRecord[]; all: AsyncIterable<ImageRecord> }> {
  const first: ImageRecord[] = [];
  while (first.length < PEEKED) {
    const next = await records.next();
    if (next.done) break;
    first.push(next.value);
  }
  return {
    first,
    all: (async function* () {
      yield* first;
      yield* records;
    })(),
  };
}

async function whitened(
  backbone: MapBackbone,
  first: readonly ImageRecord[],
  context: { readonly log: LogLine; readonly signal: AbortSignal; readonly pause: () => Promise<void> },
): Promise<MapBackbone> {
  const { rows } = await withFeatureHosts(featureRows(backbone), context, (pool) =>
    extractRows(
      pool,
      { channel: "train", records: Readable.from(first), signal: context.signal },
      { labelOf: () => undefined, viewsOf: () => [] },
    ),
  );
  return withWhitening(backbone, await whitenMaps(rows.flat(), backbone.levels, context.pause));
}

function warn(
  settings: DetectionSettings,
  train: ExtractedRows<TruthBox[]>,
  validation: ExtractedRows<TruthBox[]>,
  log: LogLine,
): void {
  warnAboutCount(train.rows.length, settings, log);
  const seen = new Set(train.labels.flat().map(({ classId }) => classId));
  warnAboutClasses("box", seen, settings, log);
  if (seen.size === 0) {
    throw new JobInputError('Channel "train" has no box at all. Pack the pictures with their boxes.');
  }
  if (!validation.labels.flat().some(({ difficult }) => !difficult)) {
    throw new JobInputError(
      'Channel "validation" has no box by which a detector could be judged. Pack the pictures with their boxes.',
    );
  }
}

async function train(
  data: DetectionData,
  settings: DetectionSettings,
  host: string,
  log: LogLine,
  signal: AbortSignal,
): Promise<DetectorFit> {
  const pictures = data.train.length;
  const { epochs, miniBatchSize } = settings;
  const job = { host, pictures, batches: Math.ceil(pictures / miniBatchSize), epochs };
  const fitting = fitDetector(data, settings, signal);
  for (;;) {
    const next = await fitting.next();
    if (!next.done) {
      for (const line of detectionLines(next.value, job)) log(line);
      continue;
    }
    const { end, epochs: ended } = next.value;
    logEnd(end, ended, log);
    return next.value;
  }
}

interface Trained {
  readonly settings: DetectionSettings;
  readonly labels: readonly string[];
  readonly prepared: Prepared;
  readonly fit: DetectorFit;
}

async function saveModel(
  paths: MlPaths,
  { settings, labels, prepared, fit }: Trained,
  log: LogLine,
): Promise<void> {
  const best = fit.best!;
  const { data, backbone } = prepared;
  const model = fuseDetector(backbone, {
    heads: best.heads,
    classes: settings.numClasses,
    nmsThreshold: settings.nmsThreshold,
    metadata: {
      "sightline.task": "object-detection",
      task: "detect",
      // How the mark-up of videos tells what the table's columns are.
      layout: "mxnet-ssd",
      names: JSON.stringify(labels),
    },
  });
  const bytes = writeModel(model);
  const averagePrecision = Object.fromEntries(
    labels.map((label, id) => [label, best.validation.byClass[id] ?? null]),
  );
  // No time and no path in here: the same job gives the same bytes.
  const manifest: ObjectDetectionManifest = {
    schemaVersion: SCHEMA_VERSION,
    task: "object-detection",
    model: "model.onnx",
    labels,
    input: backbone.input,
    output: DETECTION,
    training: {
      backbone: { name: backbone.name, sha256: backbone.sha256 },
      samples: { train: data.train.length, validation: data.validation.length, copies: BOX_VIEWS },
      epochs: fit.epochs,
      bestEpoch: best.epoch,
      validationMeanAveragePrecision: best.validation.mean,
      averagePrecision,
      overlapThreshold: settings.overlapThreshold,
      hyperparameters: { ...settings, withoutEffect: Object.keys(settings.withoutEffect) },
      modelSha256: createHash("sha256").update(bytes).digest("hex"),
    },
  };
  const described = `epoch ${best.epoch}, validation mAP ${best.validation.mean.toFixed(6)}`;
  await saveModelFolder(paths.model, bytes, manifest, described, log);
}
