import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPotholeDetector } from "@sightline/samples";
import {
  accountImage,
  createSession,
  deployEndpoint,
  extractArchive,
  packModel,
  uploadFiles,
  uploadModel,
} from "@sightline/sdk";
import { ENDPOINT_NAME, MODEL_FOLDER } from "./names.js";
import type { StackOutputs } from "./stack-outputs.js";

/** Which model is deployed, and how. */
export interface ModelOptions {
  /** Path of an ONNX detector. Default: one that knows the drawn road's potholes only. */
  readonly model?: string;
  /** Instance type of the endpoint. Default `ml.g5.xlarge`. */
  readonly instanceType?: string;
  /** Told of each step. */
  readonly say: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Packs the detector and deploys it to the asynchronous endpoint that the stack hands videos to. It scales between no
 * instance and four. The account is the environment's: a laptop's emulator or AWS.
 */
export async function deployModel(outputs: StackOutputs, options: ModelOptions): Promise<void> {
  const { say, signal, instanceType = "ml.g5.xlarge" } = options;
  const folder = await mkdtemp(join(tmpdir(), "sightline-video-service-"));
  const session = await createSession({ bucket: outputs.ModelBucket, role: outputs.HostingRole });
  try {
    let { model } = options;
    if (model === undefined) {
      model = join(folder, "potholes.onnx");
      await buildPotholeDetector(model);
    }
    const packed = await packModel({
      output: join(folder, "model.tar.gz"),
      manifest: { schemaVersion: 1, task: "video-markup", model: "model.onnx" },
      files: model,
      signal,
    });
    const image = await accountImage(session, "sightline:1");
    const artifact = await uploadModel(session, packed.path, MODEL_FOLDER, { image, signal });
    await extractArchive(packed.path, join(folder, "files"), { signal });
    await uploadFiles(session, join(folder, "files"), `${MODEL_FOLDER}files/`, { signal });
    say("deploying the endpoint");
    const bucket = `s3://${outputs.Bucket}`;
    await deployEndpoint(session, {
      name: ENDPOINT_NAME,
      model: artifact,
      role: outputs.HostingRole,
      instance: { type: instanceType },
      // A video is named by whoever uploads it: the container reads and writes nowhere else.
      environment: {
        SIGHTLINE_S3_ALLOWED: ["input/", "output/", "jobs/"].map((prefix) => `${bucket}/${prefix}`).join(","),
      },
      async: {
        outputUri: `${bucket}/jobs/answers/`,
        failureUri: `${bucket}/jobs/failures/`,
        maxConcurrentPerInstance: 1,
        successTopic: outputs.CompletedTopic,
        errorTopic: outputs.FailedTopic,
      },
      autoscaling: { minInstances: 0, maxInstances: 4, backlogPerInstance: 2 },
      signal,
    });
    say(`the endpoint ${ENDPOINT_NAME} is in service`);
  } finally {
    session.close();
    await rm(folder, { recursive: true, force: true });
  }
}
