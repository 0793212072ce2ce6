import {
  type CliIO,
  type Command,
  exitStatus,
  type OptionValues,
  UsageError,
  valued,
} from "@sightline/foundation/command-line";
import { numberOption, positional, textOption } from "@sightline/foundation/option-values";
import { ProgressLine, progressTarget } from "@sightline/foundation/progress-line";
import type { DeployEndpointOptions, DeployEvent, Session } from "@sightline/sdk";
import { type Sdk, SESSION_HELP, SESSION_OPTIONS, withSession } from "../aws/session-options.js";
import { findModel } from "../resources/find-model.js";

const HELP = `sightline deploy: put a model behind an endpoint

Usage
  sightline deploy ENDPOINT MODEL [options]

MODEL is a training job, or latest for the newest that has completed, the name of a model, or, with --image, a model.tar.gz or a folder with
manifest.json (as "sightline image try" takes it), which is uploaded. An endpoint that is there is updated; the command ends
when the new model is proven to serve.

Options
  --instance TYPE      default ml.m5.xlarge
  --count N            instances at the beginning (default 1)
  --max N              let it grow up to N instances, with --invocations or --concurrency
  --min N              and shrink down to N (default 1)
  --invocations N      per instance and minute to aim for
  --concurrency N      requests under way per instance to aim for; with --serverless, requests at a time (default 5)
  --serverless MB      no machine of its own: 1024 to 6144, in steps of 1024
  --async URI          take asynchronous invocations only; results go to this S3 folder
  --image URI          what serves an own model: this project's container, in your registry
  --bucket NAME        where an own model is uploaded (default: SIGHTLINE_BUCKET)
  --create-bucket      make it where there is none
  --role ARN           role that the endpoint runs as (default: SIGHTLINE_ROLE_ARN, else the caller's)
${SESSION_HELP}

It costs money for every hour that it stands: "sightline delete endpoint ENDPOINT" ends that.

Examples
  sightline deploy drivers image-classification-20261128-201500-a1b2
  sightline deploy drivers out/model --image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/sightline:1
  sightline deploy drivers JOB --max 4 --invocations 30000
`;

/** Deploys. */
export const DEPLOY_COMMAND: Command = {
  help: HELP,
  options: {
    ...SESSION_OPTIONS,
    ...valued(
      "instance",
      "count",
      "min",
      "max",
      "invocations",
      "concurrency",
      "serverless",
      "async",
      "image",
      "bucket",
    ),
    "create-bucket": { type: "boolean" },
    role: { type: "string" },
  },
  async run(positionals, values, io) {
    const [name, wanted] = positional(positionals, "ENDPOINT", "MODEL") as [string, string];
    const machines = readMachines(values);
    const image = textOption(values, "image");
    const { signal } = io;
    return withSession(values, io, async (session, sdk) => {
      if (values["create-bucket"] === true) await sdk.ensureBucket(session, session.bucket, { signal });
      const model = await findModel(session, wanted, image, name, io);
      await tellCost(sdk, session, machines, io);
      const began = performance.now();
      const deploying = sdk.deployEndpoint(session, { name, model, ...machines, signal });
      const line = new ProgressLine(progressTarget(io));
      for await (const event of deploying) line.note(told(event));
      const endpoint = await deploying;
      const seconds = (performance.now() - began) / 1000;
      io.out(
        values.json === true
          ? `${JSON.stringify({ ...endpoint, seconds })}\n`
          : `${name} ${endpoint.action}, in service after ${seconds.toFixed(1)} s\nnext: sightline invoke ${name} PICTURE\n`,
      );
      return exitStatus.ok;
    });
  },
};

/** What the endpoint will cost as long as it stands. */
async function tellCost(
  { estimateCost }: Sdk,
  session: Session,
  { instance, autoscaling }: ReturnType<typeof readMachines>,
  io: CliIO,
): Promise<void> {
  if (instance === undefined) {
    io.err("serverless: paid for by request and duration; price unknown\n");
    return;
  }
  const { type: instanceType, count = Math.max(1, autoscaling?.minInstances ?? 1) } = instance;
  const { text, accelerated } = await estimateCost(session, { use: "endpoint", instanceType, count });
  const gpu = accelerated ? "; it has a GPU or another accelerator, do not forget it" : "";
  io.err(`costs as long as it stands: ${text}${gpu}\n`);
  if (autoscaling === undefined || autoscaling.maxInstances <= count) return;
  const most = await estimateCost(session, {
    use: "endpoint",
    instanceType,
    count: autoscaling.maxInstances,
  });
  io.err(`at most, under load: ${most.text}\n`);
}

function told(event: DeployEvent): string {
  switch (event.kind) {
    case "model":
    case "config":
      return `${event.kind} ${event.name}${event.created ? "" : " (there already)"}`;
    case "status":
      return `${event.status} after ${event.seconds.toFixed(0)} s`;
    case "autoscaling":
      return `scales from ${event.minInstances} to ${event.maxInstances} instances`;
    case "removed":
      return `removed the former ${event.resource} ${event.name}`;
    case "kept":
      return `kept the former ${event.resource} ${event.name}: used by ${event.usedBy}`;
    case "warning":
      return `warning: ${event.message}`;
  }
}

/** The machines that are asked for. @throws UsageError for options that do not go together */
function readMachines(
  values: OptionValues,
): Pick<DeployEndpointOptions, "instance" | "serverless" | "async" | "autoscaling"> {
  const whole = (name: string, min: number) => numberOption(values, name, { min, whole: true });
  const [count, min, max] = [whole("count", 1), whole("min", 0), whole("max", 1)];
  const [invocations, concurrency, memoryMb] = [
    whole("invocations", 1),
    whole("concurrency", 1),
    whole("serverless", 1024),
  ];
  const outputUri = textOption(values, "async");
  if (memoryMb !== undefined) {
    if (count !== undefined || max !== undefined || values.instance !== undefined)
      throw new UsageError("--serverless has no instances: leave out --instance, --count, --min, --max.");
    return { serverless: { memoryMb, maxConcurrency: concurrency ?? 5 } };
  }
  const machines = {
    instance: {
      type: textOption(values, "instance") ?? "ml.m5.xlarge",
      ...(count !== undefined && { count }),
    },
    ...(outputUri !== undefined && { async: { outputUri } }),
  };
  if (max === undefined) {
    if (min !== undefined || invocations !== undefined || concurrency !== undefined)
      throw new UsageError(
        "--min, --invocations and --concurrency are of an endpoint that grows: add --max.",
      );
    return machines;
  }
  const limits = { minInstances: min ?? 1, maxInstances: max };
  if (invocations !== undefined)
    return { ...machines, autoscaling: { ...limits, invocationsPerInstancePerMinute: invocations } };
  if (concurrency !== undefined && outputUri === undefined)
    return { ...machines, autoscaling: { ...limits, concurrentRequestsPerInstance: concurrency } };
  if (concurrency !== undefined)
    return { ...machines, autoscaling: { ...limits, backlogPerInstance: concurrency } };
  throw new UsageError("--max needs what to grow by: --invocations, or --concurrency.");
}
