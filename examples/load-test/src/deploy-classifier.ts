import { join } from "node:path";
import { listImages, packRecordIO, splitList } from "@sightline/recordio";
import { drawPictures } from "@sightline/samples";
import {
  deployEndpoint,
  ensureBucket,
  imageClassification,
  recordIOChannel,
  type Session,
  startTrainingJob,
  uploadFiles,
  waitForTrainingJob,
} from "@sightline/sdk";

/** How often the local SageMaker is looked at: it is quick. */
const wait = { firstDelayMs: 50, mostDelayMs: 500 };

/**
 * Draws pictures, trains a classifier on them and deploys it.
 *
 * @returns the folder of one class's pictures, to be sent
 */
export async function deployClassifier(
  session: Session,
  folder: string,
  endpointName: string,
  signal: AbortSignal,
): Promise<string> {
  const pictures = join(folder, "pictures");
  const drawn = await drawPictures({ folder: pictures, classes: 4, perClass: 16, sidePixels: 64 });
  const list = await listImages(drawn.folder);
  const parts = splitList(list, { kind: "stratified", parts: { train: 0.75, validation: 0.25 } });
  for (const part of ["train", "validation"] as const) {
    await packRecordIO(parts[part], { output: join(folder, "rec", part, part), workers: 0, signal });
  }
  await ensureBucket(session);
  const filter = (path: string) => path.endsWith(".rec");
  const { uri } = await uploadFiles(session, join(folder, "rec"), "channels/", { filter, signal });
  const job = await startTrainingJob(session, {
    name: endpointName,
    algorithm: imageClassification({
      numClasses: drawn.classes.length,
      numTrainingSamples: parts.train.entries.length,
      imageShape: [3, 64, 64],
      numLayers: 18,
      epochs: 1,
      miniBatchSize: 8,
    }),
    channels: {
      train: recordIOChannel(`${uri}train/`),
      validation: recordIOChannel(`${uri}validation/`),
    },
    instance: { type: "ml.p3.2xlarge" },
  });
  const { model } = await waitForTrainingJob(session, job, { ...wait, signal });
  const instance = { type: "ml.m5.xlarge" };
  await deployEndpoint(session, { ...wait, name: endpointName, model, instance, signal });
  return join(drawn.folder, drawn.classes[0] ?? "");
}
