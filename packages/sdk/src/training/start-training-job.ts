import { randomBytes } from "node:crypto";
import { call, isAlreadyExisting, orUndefined } from "../aws/call.js";
import { fingerprint, nameWithTime } from "../checks/fingerprint.js";
import { REQUEST_TAG, toTagList } from "../checks/tags.js";
import { ResourceConflictError } from "../errors.js";
import type { Session } from "../session.js";
import type { TrainingJob } from "./training-job.js";
import type { TrainingJobOptions } from "./training-options.js";
import { checkTrainingJob, toTrainingDefinition } from "./training-request.js";

/**
 * Starts a training job; see waitForTrainingJob() for what comes of it. Everything that can be checked
 * without AWS is checked first.
 *
 * @throws InvalidInputError naming the field, the rule and the remedy.
 * @throws ResourceConflictError when `name` is taken by a job with another request, or a failed one.
 * @throws RegionNotOfferedError when the built-in algorithm does not exist in the session's region.
 * @example
 * ```ts
 * const job = await startTrainingJob(session, {
 *   algorithm: imageClassification({ numClasses: 10, numTrainingSamples: 1567 }),
 *   channels: {
 *     train: recordIOChannel("s3://drivers/channels/train/"),
 *     validation: recordIOChannel("s3://drivers/channels/validation/"),
 *   },
 *   instance: { type: "ml.p3.2xlarge" },
 * });
 * console.log(job.name); // "image-classification-20261122-045638-1a2b3c"
 * ```
 */
export async function startTrainingJob(session: Session, options: TrainingJobOptions): Promise<TrainingJob> {
  checkTrainingJob(options);
  const { algorithm, signal } = options;
  const { image, outputUri, definition } = await toTrainingDefinition(session, options);
  const random = randomBytes(3).toString("hex");
  const name = options.name ?? nameWithTime(algorithm.name, new Date(), random);
  const request = { TrainingJobName: name, HyperParameters: { ...algorithm.hyperparameters }, ...definition };
  const mark = fingerprint({ request, aws: options.aws });
  const job = { kind: "training-job", name, image, outputUri, metrics: algorithm.metrics } as const;
  if (options.name !== undefined) {
    const arn = await findSameJob(session, name, mark, signal);
    if (arn !== undefined) return { ...job, arn, reused: true };
  }
  const Tags = toTagList(session, options.tags, { [REQUEST_TAG]: mark });
  try {
    const made = await call(
      session,
      "sagemaker",
      "CreateTrainingJob",
      { ...request, Tags },
      { signal, raw: options.aws },
    );
    return { ...job, arn: made.TrainingJobArn ?? "", reused: false };
  } catch (error) {
    if (!isAlreadyExisting(error)) throw error;
    // Our own request whose answer was lost and that the AWS client sent again, or somebody was faster.
    const arn = await findSameJob(session, name, mark, signal);
    if (arn === undefined) throw error;
    return { ...job, arn, reused: options.name !== undefined };
  }
}

async function findSameJob(
  session: Session,
  name: string,
  mark: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const found = await orUndefined(
    call(session, "sagemaker", "DescribeTrainingJob", { TrainingJobName: name }, { signal }),
  );
  if (found === undefined) return undefined;
  const arn = found.TrainingJobArn ?? "";
  const status = found.TrainingJobStatus ?? "";
  const { Tags = [] } = await call(session, "sagemaker", "ListTags", { ResourceArn: arn }, { signal });
  const same = Tags.some((tag) => tag.Key === REQUEST_TAG && tag.Value === mark);
  if (!same) {
    throw new ResourceConflictError(
      name,
      `Training job ${name} exists already with other settings (${status}). Choose another name, or leave it out.`,
    );
  }
  if (status === "Failed" || status === "Stopped") {
    throw new ResourceConflictError(
      name,
      `Training job ${name} exists already and ended ${status}: ${found.FailureReason ?? "no reason given"}. ` +
        `Choose another name, or remove it with deleteTrainingJob().`,
    );
  }
  return arn;
}
