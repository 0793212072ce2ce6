import { randomUUID } from "node:crypto";
import type { Cloud } from "../cloud.js";
import { parseS3Uri } from "../objects/objects.js";
import type { Deployment } from "../sagemaker/hosting/deployment.js";
import type { DataCaptureConfig } from "../sagemaker/hosting/endpoint-plan.js";

/** A request or an answer that may be captured. */
export interface Message {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** An invocation that is to be captured. */
export interface CapturedInvocation {
  readonly deployment: Deployment;
  readonly variantName: string;
  readonly inferenceId: string | undefined;
  readonly input: Message;
  readonly output: Message;
}

/** Keeps requests and answers in S3, as their endpoint's DataCaptureConfig asks. */
export interface DataCapture {
  /** Notes an invocation, if it is one of those that are sampled. */
  note(invocation: CapturedInvocation): void;
  /** Puts what has not been put yet. */
  close(): Promise<void>;
}

/** What waits to become an object. */
interface Batch {
  readonly folder: string;
  readonly lines: string[];
  bytes: number;
  readonly timer: NodeJS.Timeout;
}

/** How long lines are gathered for one object. */
const GATHER_MS = 1_000;
/** Size at which a batch is put at once: it bounds memory. */
const MAX_BATCH_BYTES = 8 << 20;

/**
 * Makes the capture. A line of an object is one invocation; where it lies and what it holds is as in "Data capture" of
 * the SageMaker guide: `DESTINATION/ENDPOINT/VARIANT/yyyy/mm/dd/hh/*.jsonl`.
 */
export function createDataCapture(cloud: Cloud): DataCapture {
  const batches = new Map<string, Batch>();
  const putting = new Set<Promise<void>>();

  const put = (folder: string): void => {
    const batch = batches.get(folder);
    if (batch === undefined) return;
    batches.delete(folder);
    clearTimeout(batch.timer);
    // The minute, second and millisecond in the name are those of the object.
    const [, minute, second] = /:(\d\d):(\d\d\.\d{3})/.exec(new Date().toISOString())!;
    const uri = `${folder}/${minute}-${second!.replace(".", "-")}-${randomUUID()}.jsonl`;
    const done = cloud.objects
      .put(parseS3Uri(uri), Buffer.from(batch.lines.join("")), "application/json")
      .catch((error: unknown) => cloud.logger.error(`Captured data was not put at ${uri}: ${String(error)}`))
      .finally(() => putting.delete(done));
    putting.add(done);
  };

  return {
    note({ deployment, variantName, inferenceId, input, output }) {
      const { dataCapture: config, captured, endpointName } = deployment;
      if (config === undefined || !captured.takes(config.InitialSamplingPercentage / 100)) return;
      const now = new Date();
      const line = `${JSON.stringify({
        captureData: {
          ...(captures(config, "Input") ? { endpointInput: capturedMessage(config, "INPUT", input) } : {}),
          ...(captures(config, "Output")
            ? { endpointOutput: capturedMessage(config, "OUTPUT", output) }
            : {}),
        },
        eventMetadata: {
          eventId: randomUUID(),
          ...(inferenceId === undefined ? {} : { inferenceId }),
          inferenceTime: `${now.toISOString().slice(0, 19)}Z`,
        },
        eventVersion: "0",
      })}\n`;
      const hour = now.toISOString().slice(0, 13).replace(/[-T]/g, "/");
      const folder = `${config.DestinationS3Uri.replace(/\/+$/, "")}/${endpointName}/${variantName}/${hour}`;
      let batch = batches.get(folder);
      if (batch === undefined) {
        const timer = setTimeout(() => put(folder), GATHER_MS);
        batch = { folder, lines: [], bytes: 0, timer };
        batches.set(folder, batch);
      }
      batch.lines.push(line);
      batch.bytes += line.length;
      if (batch.bytes >= MAX_BATCH_BYTES) put(folder);
    },
    async close() {
      for (const folder of [...batches.keys()]) put(folder);
      await Promise.all(putting);
    },
  };
}

function captures({ CaptureOptions }: DataCaptureConfig, side: "Input" | "Output"): boolean {
  return CaptureOptions.some(({ CaptureMode }) => CaptureMode === side || CaptureMode === "InputAndOutput");
}

/** Text where the config says that a content type is text, else Base64. */
function capturedMessage(
  { CaptureContentTypeHeader: types }: DataCaptureConfig,
  mode: "INPUT" | "OUTPUT",
  { contentType, body }: Message,
) {
  const type = contentType.split(";")[0]!.trim().toLowerCase();
  const has = (list: readonly string[] | undefined) =>
    list?.some((one) => one.toLowerCase() === type) ?? false;
  const encoding = has(types?.CsvContentTypes) ? "CSV" : has(types?.JsonContentTypes) ? "JSON" : "BASE64";
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return {
    observedContentType: contentType,
    mode,
    data: bytes.toString(encoding === "BASE64" ? "base64" : "utf8"),
    encoding,
  };
}
