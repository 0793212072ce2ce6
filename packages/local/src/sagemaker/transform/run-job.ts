import http from "node:http";
import path from "node:path";
import type { Cloud } from "../../cloud.js";
import { parseS3Uri } from "../../objects/objects.js";
import { Fleet } from "../hosting/fleet.js";
import { type ContainerAnswer, forward } from "../hosting/forward.js";
import type { Instance } from "../hosting/instance.js";
import { type InputFile, listInput, requireSource } from "../jobs/s3-input.js";
import { TRANSFORM_LOG_GROUP, type TransformJob, type TransformRequest } from "./job.js";
import { byLine, type MiniBatches, whole } from "./mini-batches.js";

/** Payload of a request when neither the job nor the container says: 6 MB. */
const DEFAULT_PAYLOAD_MB = 6;
/** How long one request may take when the job does not say. */
const DEFAULT_TIMEOUT_SECONDS = 600;
/** Largest answer to one request. */
const MAX_ANSWER_BYTES = 100 << 20;

interface Plan {
  readonly concurrency: number;
  readonly cut: MiniBatches;
}

/**
 * Runs one batch transform job: starts the model's instances, sends every object of the input through
 * `/invocations`, and puts each answer beside its input's name with `.out`.
 */
export async function runTransformJob(
  cloud: Cloud,
  job: TransformJob,
  stop: AbortSignal,
  started: () => void,
): Promise<Partial<TransformJob>> {
  const { request } = job;
  const fleet = new Fleet({
    cloud,
    model: job.model,
    variant: { VariantName: job.name },
    desired: request.TransformResources.InstanceCount,
    weight: 1,
    folder: path.join(cloud.workDir, "transform", job.name),
    logGroup: TRANSFORM_LOG_GROUP,
    env: { ...request.Environment, SAGEMAKER_BATCH: "true" },
  });
  const stopFleet = () => void fleet.stopNow();
  stop.addEventListener("abort", stopFleet, { once: true });
  try {
    await fleet.start();
    stop.throwIfAborted();
    started();
    const plan = makePlan(request, await executionParameters(fleet.healthy[0]!));
    const source = requireSource(request.TransformInput.DataSource.S3DataSource, "TransformInput");
    const files = await listInput(cloud.objects, source, "");
    await transformAll(cloud, fleet, plan, request, files, stop);
    return { status: "Completed" };
  } finally {
    stop.removeEventListener("abort", stopFleet);
    await fleet.stopNow();
  }
}

/** The request decides, then the container, then the defaults. */
function makePlan(request: TransformRequest, own: ExecutionParameters): Plan {
  const strategy = request.BatchStrategy ?? own.BatchStrategy ?? "MultiRecord";
  const payloadMb = request.MaxPayloadInMB ?? own.MaxPayloadInMB ?? DEFAULT_PAYLOAD_MB;
  // 0 lifts the limit.
  const maxBytes = payloadMb === 0 ? Number.POSITIVE_INFINITY : payloadMb * 2 ** 20;
  const split = request.TransformInput.SplitType ?? "None";
  return {
    concurrency: request.MaxConcurrentTransforms || own.MaxConcurrentTransforms || 1,
    cut: split === "Line" ? byLine(strategy, maxBytes) : whole(maxBytes),
  };
}

interface ExecutionParameters {
  readonly MaxConcurrentTransforms?: number;
  readonly BatchStrategy?: "MultiRecord" | "SingleRecord";
  readonly MaxPayloadInMB?: number;
}

/** What the container says of itself at `GET /execution-parameters`; nothing where it does not. */
function executionParameters(instance: Instance): Promise<ExecutionParameters> {
  return new Promise((resolve) => {
    const asked = http.get(
      { host: "127.0.0.1", port: instance.port, path: "/execution-parameters", agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => {
          text += piece;
        });
        response.once("end", () => resolve(response.statusCode === 200 ? parseParameters(text) : {}));
        response.once("error", () => resolve({}));
      },
    );
    asked.once("error", () => resolve({}));
  });
}

function parseParameters(text: string): ExecutionParameters {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Works the files off: on each instance as many requests at a time as the plan says. */
async function transformAll(
  cloud: Cloud,
  fleet: Fleet,
  plan: Plan,
  request: TransformRequest,
  files: readonly InputFile[],
  stop: AbortSignal,
): Promise<void> {
  const queue = [...files].reverse();
  const worker = async (instance: Instance): Promise<void> => {
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      stop.throwIfAborted();
      await transformFile(cloud, instance, plan, request, file, stop);
    }
  };
  const workers = fleet.healthy.flatMap((instance) =>
    Array.from({ length: plan.concurrency }, () => worker(instance)),
  );
  await Promise.all(workers);
  stop.throwIfAborted();
  if (queue.length > 0) throw new Error("No instance is left that could transform the rest.");
}

async function transformFile(
  cloud: Cloud,
  instance: Instance,
  plan: Plan,
  request: TransformRequest,
  file: InputFile,
  stop: AbortSignal,
): Promise<void> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.object.read()) pieces.push(piece);
  const answers: Uint8Array[] = [];
  let type: string | undefined;
  for (const batch of plan.cut(Buffer.concat(pieces))) {
    const answer = await send(cloud, instance, request, batch, stop);
    if (answer.kind !== "answer" || answer.status >= 300) throw new Error(explain(file, answer));
    answers.push(answer.body);
    type = answer.headers["content-type"];
    if (request.TransformOutput.AssembleWith === "Line") answers.push(Buffer.from("\n"));
  }
  const folder = request.TransformOutput.S3OutputPath.replace(/\/+$/, "");
  await cloud.objects.put(parseS3Uri(`${folder}/${file.relative}.out`), Buffer.concat(answers), type);
}

/** Sends a payload, again where the container's fault may pass. */
async function send(
  cloud: Cloud,
  instance: Instance,
  request: TransformRequest,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<ContainerAnswer> {
  const {
    InvocationsTimeoutInSeconds: seconds = DEFAULT_TIMEOUT_SECONDS,
    InvocationsMaxRetries: retries = 0,
  } = request.ModelClientConfig ?? {};
  const { Accept: accept = "*/*" } = request.TransformOutput;
  const headers = {
    "content-type": request.TransformInput.ContentType ?? "application/octet-stream",
    accept,
  };
  for (let attempt = 0; ; attempt++) {
    const options = { headers, body, timeoutMs: seconds * 1000 * cloud.timeScale, signal };
    const answer = await forward(instance, options, { kind: "memory", maxBytes: MAX_ANSWER_BYTES });
    const passing = answer.kind !== "answer" || answer.status >= 500;
    if (!passing || attempt >= retries || signal.aborted) return answer;
  }
}

function explain(file: InputFile, answer: ContainerAnswer): string {
  const said =
    answer.kind === "answer"
      ? `${answer.status} ${answer.body.toString("utf8").slice(0, 500)}`
      : answer.kind === "broken"
        ? `no answer: ${answer.reason}`
        : answer.kind;
  return `The container did not transform "${file.object.key}": ${said}`;
}
