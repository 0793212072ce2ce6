import {
  type CliIO,
  type Command,
  exitStatus,
  Interrupted,
  valued,
} from "@sightline/foundation/command-line";
import { numberOption, positional, textOption } from "@sightline/foundation/option-values";
import { ProgressLine, progressTarget } from "@sightline/foundation/progress-line";
import type { Session, TrainingJob, TrainingResult } from "@sightline/sdk";
import { type Sdk, SESSION_HELP, SESSION_OPTIONS, withSession } from "../aws/session-options.js";
import { writeLabels } from "../resources/models.js";
import { ALGORITHM_HELP, ALGORITHM_OPTIONS, readAlgorithm } from "../train/algorithm-options.js";
import { type PackedData, readPackedData } from "../train/packed-data.js";
import { shapeOption } from "../train/shape-option.js";

const HELP = `sightline train: train a classifier or detector on packed pictures

Usage
  sightline train PACKED [options]

PACKED is what "sightline pack PICTURES PACKED --split stratified" wrote: PACKED_train.rec and PACKED_validation.rec. They
are checked, uploaded where they have changed, and trained on by SageMaker's image classification, or object detection
where the records have boxes; number of classes, of pictures and their size come from the records.

Options
  --bucket NAME        bucket of channels and model (default: SIGHTLINE_BUCKET)
  --create-bucket      make it where there is none
  --name NAME          name of the job (default: made of algorithm and time)
  --instance TYPE      default ml.g4dn.xlarge
  --count N            instances (default 1)
${ALGORITHM_HELP}
  --backbone FILE      ONNX network whose features are learnt from, with its FILE.preprocess.json; with --image, or local
  --image URI          this project's container in your registry (default: SageMaker's built-in algorithm)
  --spot SECONDS       spare capacity at a lower price; limit of waiting and training together
  --max-runtime S      limit of the training, in seconds (default 86400)
  --detach             start the job and return; "sightline logs NAME --follow" follows it
  --role ARN           role that the job runs as (default: SIGHTLINE_ROLE_ARN, else the caller's)
${SESSION_HELP}

Ctrl-C ends the waiting; the job goes on and is paid for until it ends, or until "sightline delete training-job NAME".

Examples
  sightline train out/drivers --bucket drivers --epochs 10
  sightline train out/drivers --instance ml.p3.2xlarge --spot 7200 --set optimizer=adam --json
`;

/** Trains. */
export const TRAIN_COMMAND: Command = {
  help: HELP,
  options: {
    ...SESSION_OPTIONS,
    ...ALGORITHM_OPTIONS,
    bucket: { type: "string" },
    "create-bucket": { type: "boolean" },
    ...valued("name", "instance", "count", "backbone", "image", "spot", "max-runtime"),
    detach: { type: "boolean" },
    role: { type: "string" },
  },
  async run(positionals, values, io) {
    const [prefix] = positional(positionals, "PACKED") as [string];
    const shape = shapeOption(values);
    const algorithmOf = readAlgorithm(values);
    const name = textOption(values, "name");
    const spot = numberOption(values, "spot", { min: 1, whole: true, unit: "seconds" });
    const maxRuntime = numberOption(values, "max-runtime", {
      min: 1,
      max: 28 * 86_400,
      whole: true,
      unit: "seconds",
    });
    const instance = {
      type: textOption(values, "instance") ?? "ml.g4dn.xlarge",
      count: numberOption(values, "count", { min: 1, whole: true }) ?? 1,
    };
    const data = await readPackedData(prefix, shape, (message) => io.err(`warning: ${message}\n`), io.signal);
    return withSession(values, io, async (session, sdk) => {
      const algorithm = algorithmOf(sdk, data);
      if (values["create-bucket"] === true)
        await sdk.ensureBucket(session, session.bucket, { signal: io.signal });
      const estimate = await sdk.estimateCost(session, {
        use: "training",
        instanceType: instance.type,
        count: instance.count,
        ...(maxRuntime !== undefined && { hours: maxRuntime / 3600 }),
      });
      io.err(`costs while it trains: ${estimate.text}\n`);
      const channels = await uploadChannels(session, sdk, data, textOption(values, "backbone"), io);
      const job = await sdk.startTrainingJob(session, {
        algorithm,
        channels,
        instance,
        signal: io.signal,
        ...(name !== undefined && { name }),
        ...(maxRuntime !== undefined && { maxRuntimeSeconds: maxRuntime }),
        ...(spot !== undefined && { spot: { maxWaitSeconds: spot }, maxRuntimeSeconds: maxRuntime ?? spot }),
      });
      io.err(`${job.reused ? "took up" : "started"} ${job.name} on ${instance.count} x ${instance.type}\n`);
      if (values.detach === true) {
        io.out(values.json === true ? `${JSON.stringify(job)}\n` : `${job.name}\n`);
        return exitStatus.ok;
      }
      const result = await follow(session, sdk, job, io);
      if (data.classes.length > 0) await writeLabels(session, result.model.uri, data.classes);
      const { metrics: _, ...told } = result;
      io.out(
        values.json === true ? `${JSON.stringify({ ...told, classes: data.classes })}\n` : summary(result),
      );
      return exitStatus.ok;
    });
  },
};

async function uploadChannels(
  session: Session,
  sdk: Sdk,
  data: PackedData,
  backbone: string | undefined,
  io: CliIO,
) {
  const { basename } = await import("node:path");
  const folder = `channels/${basename(data.trainPath).replace(/_train\.rec$/, "")}/`;
  const line = new ProgressLine(progressTarget(io));
  const upload = async (path: string, to: string) => {
    const work = sdk.uploadFiles(session, path, `${folder}${to}/`, { signal: io.signal });
    for await (const event of work)
      if (event.kind === "progress") line.show(`uploading ${to}`, event.bytes / event.totalBytes);
    return (await work).uri;
  };
  try {
    const channels = {
      train: sdk.recordIOChannel(await upload(data.trainPath, "train")),
      validation: sdk.recordIOChannel(await upload(data.validationPath, "validation")),
    };
    if (backbone === undefined) return channels;
    const uri = await upload(backbone, "backbone");
    const preprocess = backbone.replace(/\.onnx$/, ".preprocess.json");
    const { existsSync } = await import("node:fs");
    if (existsSync(preprocess)) await upload(preprocess, "backbone");
    return { ...channels, backbone: sdk.fileChannel(uri.slice(0, uri.lastIndexOf("/") + 1)) };
  } finally {
    line.clear();
  }
}

async function follow(session: Session, sdk: Sdk, job: TrainingJob, io: CliIO): Promise<TrainingResult> {
  const line = new ProgressLine(progressTarget(io));
  const waiting = sdk.waitForTrainingJob(session, job, { signal: io.signal });
  try {
    let epoch: number | undefined;
    let seen: string[] = [];
    for await (const event of waiting) {
      if (event.kind === "status") line.note(`${event.status}: ${event.secondaryStatus}`);
      if (event.kind === "warning") line.note(`warning: ${event.message}`);
      if (event.kind !== "metric" || event.epoch === undefined) continue;
      if (event.epoch !== epoch) seen = [];
      epoch = event.epoch;
      if (/accuracy|mAP|cross_entropy/.test(event.name))
        seen.push(`${event.name} ${event.value.toPrecision(4)}`);
      line.show(`epoch ${epoch}: ${seen.join(", ")}`);
    }
    return await waiting;
  } catch (error) {
    if (io.signal.reason instanceof Interrupted)
      line.note(`${job.name} goes on; "sightline delete training-job ${job.name}" ends it.`);
    throw error;
  } finally {
    line.clear();
  }
}

function summary({ name, model, finalMetrics, trainingSeconds, billableSeconds }: TrainingResult): string {
  const seconds = (value: number | undefined) => (value === undefined ? "unknown" : `${value} s`);
  const metrics = Object.entries(finalMetrics).map(([metric, value]) => `  ${metric} ${value}\n`);
  return `${name}: trained in ${seconds(trainingSeconds)}, ${seconds(billableSeconds)} billed
${metrics.join("")}model: ${model.uri}
next: sightline deploy NAME ${name}
`;
}
