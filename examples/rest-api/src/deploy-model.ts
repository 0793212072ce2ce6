import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listImages, packRecordIO, splitList } from "@sightline/recordio";
import { drawPictures } from "@sightline/samples";
import {
  createSession,
  deployEndpoint,
  fileChannel,
  imageClassification,
  recordIOChannel,
  startTrainingJob,
  uploadFiles,
  waitForTrainingJob,
  writeObject,
} from "@sightline/sdk";
import { CLASS_NAMES, ENDPOINT_NAME } from "./names.js";
import type { StackOutputs } from "./stack-outputs.js";

/** How the model is trained. */
export interface ModelOptions {
  /** Pictures drawn of each class. Default 40. */
  readonly perClass?: number;
  /** Invocations per instance and minute that scaling aims for. Default 30,000. */
  readonly invocations?: number;
  /** Told of each step. */
  readonly say: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Side of the drawn pictures in pixels. */
const SIDE = 64;

/**
 * Draws synthetic pictures, trains the built-in algorithm on them in the stack's bucket and deploys the model to the
 * endpoint that the API calls. The account is the environment's: a laptop's emulator or AWS.
 */
export async function deployModel(outputs: StackOutputs, options: ModelOptions): Promise<void> {
  const { say, signal, perClass = 40, invocations = 30_000 } = options;
  const folder = await mkdtemp(join(tmpdir(), "sightline-rest-api-"));
  const session = await createSession({ bucket: outputs.Bucket, role: outputs.TrainingRole });
  try {
    say("drawing pictures");
    const drawn = await drawPictures({
      folder: join(folder, "pictures"),
      classes: CLASS_NAMES.length,
      perClass,
      sidePixels: SIDE,
      signal,
    });
    const parts = splitList(await listImages(drawn.folder), {
      kind: "stratified",
      parts: { train: 0.8, validation: 0.2 },
    });
    for (const part of ["train", "validation"] as const) {
      await packRecordIO(parts[part], { output: join(folder, "rec", part, part), workers: 0, signal });
    }
    const filter = (file: string) => file.endsWith(".rec");
    const data = await uploadFiles(session, join(folder, "rec"), "channels/", { filter, signal });
    const labels = await writeObject(session, "channels/labels.json", JSON.stringify(drawn.classes), {
      signal,
    });
    say("training");
    const job = await startTrainingJob(session, {
      algorithm: imageClassification({
        numClasses: drawn.classes.length,
        numTrainingSamples: parts.train.entries.length,
        imageShape: [3, SIDE, SIDE],
        numLayers: 18,
        epochs: 8,
        miniBatchSize: 16,
        learningRate: 0.05,
      }),
      channels: {
        train: recordIOChannel(`${data.uri}train/`),
        validation: recordIOChannel(`${data.uri}validation/`),
        labels: fileChannel(labels),
      },
      instance: { type: "ml.p3.2xlarge" },
      outputUri: `s3://${outputs.Bucket}/models/`,
      signal,
    });
    const { model, finalMetrics } = await waitForTrainingJob(session, job, { signal });
    say(`trained: ${JSON.stringify(finalMetrics)}`);
    await deployEndpoint(session, {
      name: ENDPOINT_NAME,
      model,
      role: outputs.HostingRole,
      instance: { type: "ml.m5.xlarge" },
      autoscaling: { minInstances: 1, maxInstances: 3, invocationsPerInstancePerMinute: invocations },
      signal,
    });
    say(`the endpoint ${ENDPOINT_NAME} is in service`);
  } finally {
    session.close();
    await rm(folder, { recursive: true, force: true });
  }
}
