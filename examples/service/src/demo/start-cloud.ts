import { join } from "node:path";
import { LocalError, type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import { buildPotholeDetector } from "@sightline/samples";
import { createSession, deployEndpoint, ensureBucket, type Session, uploadModel } from "@sightline/sdk";
import { buildColourClassifier } from "./build-colour-classifier.js";
import { makeQueues, type QueueUrls } from "./make-queues.js";

/** What stands on this machine for the service to use. */
export interface Cloud {
  readonly local: LocalSageMaker;
  readonly session: Session;
  readonly bucket: string;
  readonly endpointName: string;
  /** Path of the detector. */
  readonly model: string;
  /** Undefined where no emulator could be had. */
  readonly queues: QueueUrls | undefined;
  close(): Promise<void>;
}

const BUCKET = "service-videos";
const ENDPOINT = "service-colours";

/** Starts local SageMaker, beside MiniStack where that can be had, and deploys a classifier that is built by code. */
export async function startCloud(
  folder: string,
  say: (message: string) => void,
  signal: AbortSignal,
): Promise<Cloud> {
  const common = {
    stateDir: join(folder, "state"),
    logger: { info: () => undefined, warn: say, error: say },
    signal,
  };
  say("starting local SageMaker beside MiniStack");
  const local = await startLocalSageMaker({ ...common, beside: { install: "ministack" } }).catch(
    (error: unknown) => {
      if (!(error instanceof LocalError)) throw error;
      say(`No queue: ${error.message}`);
      return startLocalSageMaker(common);
    },
  );
  try {
    // From here every AWS client of this process talks to this machine.
    Object.assign(process.env, local.env);
    const session = await createSession({ bucket: BUCKET });
    await ensureBucket(session);
    say("deploying the classifier");
    const archive = await buildColourClassifier(folder);
    const image = `${local.account}.dkr.ecr.${local.region}.amazonaws.com/sightline:latest`;
    const model = await uploadModel(session, archive, "models/colour/", { image, signal });
    await deployEndpoint(session, {
      name: ENDPOINT,
      model,
      role: `arn:aws:iam::${local.account}:role/service`,
      instance: { type: "ml.m5.xlarge" },
      firstDelayMs: 50,
      mostDelayMs: 500,
      signal,
    });
    const { path } = await buildPotholeDetector(join(folder, "potholes.onnx"));
    return {
      local,
      session,
      bucket: BUCKET,
      endpointName: ENDPOINT,
      model: path,
      queues: local.besideUrl === undefined ? undefined : await makeQueues(),
      close: () => local.close(),
    };
  } catch (error) {
    await local.close();
    throw error;
  }
}
