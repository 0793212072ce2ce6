import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { listImages, packRecordIO, splitList } from "@sightline/recordio";
import { drawPictures } from "@sightline/samples";
import {
  classifyImage,
  deployEndpoint,
  InvocationError,
  imageClassification,
  recordIOChannel,
  startTrainingJob,
  uploadFiles,
  waitForTrainingJob,
} from "@sightline/sdk";
import type { FlowParts } from "./flow-parts.js";
import type { Observations } from "./report.js";

const CLASSES = 4;
const EPOCHS = 2;

/** Pictures to an endpoint that classifies them. Everything is in the ledger before it is made. */
export async function classifyFlow(parts: FlowParts): Promise<Observations> {
  const { session, ledger, folder, runId, instances, say, signal, wait } = parts;
  const name = `verify-pictures-${runId}`;
  say("pictures: drawing and packing");
  const pictures = join(folder, "pictures");
  const drawn = await drawPictures({
    folder: pictures,
    classes: CLASSES,
    perClass: 16,
    sidePixels: 64,
    signal,
  });
  const list = await listImages(drawn.folder);
  const split = splitList(list, { kind: "stratified", parts: { train: 0.75, validation: 0.25 } });
  for (const part of ["train", "validation"] as const) {
    await packRecordIO(split[part], { output: join(folder, "rec", part, part), workers: 0, signal });
  }
  say("pictures: uploading");
  const channels = `s3://${session.bucket}/channels/${name}/`;
  ledger.add({ kind: "objects", uri: channels });
  const filter = (path: string) => path.endsWith(".rec");
  await uploadFiles(session, join(folder, "rec"), channels, { filter, signal });
  say("pictures: training");
  const models = `s3://${session.bucket}/models/${name}/`;
  ledger.add({ kind: "objects", uri: models });
  ledger.add({ kind: "training-job", name });
  const job = await startTrainingJob(session, {
    name,
    algorithm: imageClassification({
      numClasses: CLASSES,
      numTrainingSamples: split.train.entries.length,
      imageShape: [3, 64, 64],
      numLayers: 18,
      epochs: EPOCHS,
      miniBatchSize: 8,
    }),
    channels: {
      train: recordIOChannel(`${channels}train/`),
      validation: recordIOChannel(`${channels}validation/`),
    },
    instance: { type: instances.training },
    maxRuntimeSeconds: 3600,
    outputUri: models,
    signal,
  });
  const trained = await waitForTrainingJob(session, job, { ...wait, signal });
  say("pictures: deploying");
  ledger.add({ kind: "endpoint", name });
  const statuses: string[] = [];
  const deploying = deployEndpoint(session, {
    ...wait,
    name,
    model: trained.model,
    instance: { type: instances.endpoint },
    signal,
  });
  for await (const event of deploying) {
    if (event.kind === "status" && statuses.at(-1) !== event.status) statuses.push(event.status);
  }
  await deploying;
  say("pictures: asking");
  const own = join(drawn.folder, drawn.classes[0]!);
  const image = await readFile(join(own, (await readdir(own)).sort()[0]!));
  const probabilities = await classifyImage(session, name, image, { signal });
  const broken = await classifyImage(session, name, image.subarray(0, 100), { signal }).then(
    () => "answered",
    (error: unknown) => {
      if (error instanceof InvocationError) return `refused with ${error.statusCode}`;
      throw error;
    },
  );
  return {
    "training: names of metrics": Object.keys(trained.finalMetrics).sort().join(" "),
    "training: epochs in the log": new Set(trained.metrics.map(({ epoch }) => epoch)).size,
    "training: model": trained.model.uri.endsWith("/output/model.tar.gz"),
    "training: billable seconds": trained.billableSeconds ?? -1,
    "training: validation:accuracy": trained.finalMetrics["validation:accuracy"] ?? -1,
    "endpoint: statuses": statuses.join(" "),
    "endpoint: probabilities in an answer": probabilities.length,
    "endpoint: they sum up to 1": Math.abs(probabilities.reduce((sum, one) => sum + one, 0) - 1) < 1e-3,
    "endpoint: a broken picture": broken,
  };
}
