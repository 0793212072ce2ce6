import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { ClassificationManifest } from "@sightline/contract/manifest";
import { activate, areProbabilities } from "../inference/activation.js";
import { defaultHosts } from "../inference/default-hosts.js";
import { type HostPool, startHostPool } from "../inference/host-pool.js";
import type { HostResult } from "../inference/host-protocol.js";
import { MemoryBudget } from "../inference/memory-budget.js";
import { HostCrashedError, ModelError, OutOfMemoryError } from "../shared/errors.js";
import { startDeadline } from "./deadline.js";
import { readBody } from "./read-body.js";
import { busy, RequestError } from "./request-error.js";
import { type Service, sendJson } from "./service.js";
import type { ServeSettings } from "./settings.js";

/**
 * Image classification: the body is an encoded image, the answer the JSON list of class probabilities, as the
 * built-in algorithm answers; with `Accept: application/jsonlines` one line `{"prediction": [...]}`.
 *
 * @throws ModelError when the model does not load or does not fit the manifest
 */
export async function startClassification(
  folder: string,
  manifest: ClassificationManifest,
  settings: ServeSettings,
  log: (message: string) => void,
  signal: AbortSignal,
): Promise<Service> {
  const modelPath = join(folder, manifest.model);
  const memory = new MemoryBudget(settings.memoryBytes);
  const workers = settings.workers ?? defaultHosts((await stat(modelPath)).size, memory);
  const pool = await startHostPool(
    {
      setup: {
        modelPath,
        input: manifest.input,
        ...(manifest.output === undefined ? {} : { output: manifest.output }),
        stack: true,
        maxPixels: settings.maxPixels,
      },
      hosts: workers,
      maxBatch: settings.maxBatch,
      answerMs: settings.hostTimeoutMs,
      memory,
      onCrash: log,
    },
    signal,
  );
  const mib = (bytes: number): number => Math.floor(bytes / 2 ** 20);
  log(
    `${workers} inference processes; ${mib(memory.freeBytes)} of ${mib(settings.memoryBytes)} MiB are left for pictures`,
  );
  const service = new ClassificationService({ pool, manifest, settings, memory, workers });
  try {
    await service.warmUp();
  } catch (error) {
    await pool.close();
    throw error;
  }
  return service;
}

interface ClassificationParts {
  readonly pool: HostPool;
  readonly manifest: ClassificationManifest;
  readonly settings: ServeSettings;
  readonly memory: MemoryBudget;
  readonly workers: number;
}

class ClassificationService implements Service {
  readonly #parts: ClassificationParts;
  #requests = 0;

  constructor(parts: ClassificationParts) {
    this.#parts = parts;
  }

  get concurrency(): number {
    return this.#parts.workers * 2;
  }

  get maxPayloadBytes(): number {
    return this.#parts.settings.maxPayloadBytes;
  }

  unhealthy(): string | undefined {
    return this.#parts.pool.ready > 0 ? undefined : "no inference process is ready";
  }

  close(): Promise<void> {
    return this.#parts.pool.close();
  }

  /** Runs one blank picture, so that a model that does not fit its manifest is found before /ping says yes. */
  async warmUp(): Promise<void> {
    const result = await this.#parts.pool.run({ image: BLANK_PNG });
    if (result.kind !== "values") throw new ModelError(`The model does not run: ${result.message}`);
    const { labels, activation } = this.#parts.manifest;
    const { values } = result;
    if (values.length !== labels.length) {
      throw new ModelError(
        `The model answers ${values.length} values a picture, but manifest.json names ${labels.length} labels.`,
      );
    }
    if (activation === undefined && !areProbabilities(values)) {
      const some = [...values.subarray(0, 3)].map((value) => value.toPrecision(3)).join(", ");
      throw new ModelError(
        `The model's output (${some}${values.length > 3 ? ", ..." : ""} for a grey picture) is no list of probabilities that add up to 1. Set "activation" in manifest.json: "softmax" for logits of which each picture has one class, "sigmoid" for several, "none" to answer the values as they are.`,
      );
    }
  }

  async invoke(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    checkContentType(request);
    const { timeoutMs, maxPayloadBytes, maxQueue } = this.#parts.settings;
    if (this.#requests >= maxQueue) {
      throw busy(`${this.#requests} pictures are waiting already; try again in a moment or add instances.`);
    }
    this.#requests += 1;
    const memory = this.#parts.memory.lease();
    const deadline = startDeadline(signal, timeoutMs);
    try {
      const image = await readBody(request, { maxBytes: maxPayloadBytes, signal: deadline.signal, memory });
      sendProbabilities(request, response, await this.#classify(image, deadline.signal));
    } catch (cause) {
      if (!deadline.expired) throw cause;
      throw new RequestError(504, "Timeout", `The picture was not done within ${timeoutMs} ms.`, { cause });
    } finally {
      deadline.release();
      memory.release();
      this.#requests -= 1;
    }
  }

  async #classify(image: Uint8Array, signal: AbortSignal): Promise<Float32Array> {
    let result: HostResult;
    try {
      result = await this.#parts.pool.run({ image }, signal);
    } catch (cause) {
      if (cause instanceof OutOfMemoryError) throw busy(cause.message, { cause });
      if (cause instanceof HostCrashedError)
        throw new RequestError(500, "ModelCrashed", cause.message, { cause });
      throw cause;
    }
    if (result.kind === "values") {
      const values = activate(result.values, this.#parts.manifest.activation);
      if (values.every(Number.isFinite)) return values;
      throw new RequestError(500, "ModelFailed", "The model's answer to this picture is not finite.");
    }
    if (result.kind === "failed")
      throw new RequestError(500, "ModelFailed", `The model failed: ${result.message}`);
    throw result.problem === "too-large"
      ? new RequestError(413, "ImageTooLarge", result.message)
      : new RequestError(400, "UnreadableImage", result.message);
  }
}

const IMAGE_TYPES = /^(application\/x-image|image\/[\w.+-]+|application\/octet-stream)$/;

function checkContentType(request: IncomingMessage): void {
  const type = (request.headers["content-type"] ?? "application/octet-stream")
    .split(";")[0]!
    .trim()
    .toLowerCase();
  if (IMAGE_TYPES.test(type)) return;
  throw new RequestError(
    415,
    "UnsupportedContentType",
    `This model classifies images; the content type "${type}" is none. Send application/x-image, image/jpeg or image/png.`,
  );
}

function sendProbabilities(request: IncomingMessage, response: ServerResponse, values: Float32Array): void {
  const list = Array.from(values);
  const accept = request.headers.accept ?? "";
  if (!/application\/jsonlines/i.test(accept)) {
    sendJson(response, 200, list);
    return;
  }
  const body = Buffer.from(`${JSON.stringify({ prediction: list })}\n`);
  response.writeHead(200, { "content-type": "application/jsonlines", "content-length": body.byteLength });
  response.end(body);
}

/** A grey PNG of 1 x 1 pixel. */
const BLANK_PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWNoaGgAAAMEAYEezv+mAAAAAElFTkSuQmCC",
  "base64",
);
