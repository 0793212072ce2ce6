import { setMaxListeners } from "node:events";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { ClassificationManifest } from "@sightline/contract/manifest";
import { activate, areProbabilities } from "../inference/activation.js";
import { hostBytes } from "../inference/default-hosts.js";
import { type HostPool, startHostPool } from "../inference/host-pool.js";
import type { HostResult } from "../inference/host-protocol.js";
import type { MemoryBudget } from "../inference/memory-budget.js";
import { HostCrashedError, ModelError, OutOfMemoryError } from "../shared/errors.js";
import { ANSWER_TYPES, answerText } from "./answer-format.js";
import { startDeadline } from "./deadline.js";
import type { Log } from "./log.js";
import type { Gauge } from "./metrics.js";
import { negotiate } from "./negotiate.js";
import { readBody } from "./read-body.js";
import { picturesOf } from "./record-batch.js";
import { busy, RequestError } from "./request-error.js";
import { type Service, sendText } from "./service.js";
import type { ServeSettings } from "./settings.js";

/** What a classifier is started with. */
export interface ClassificationParts {
  readonly manifest: ClassificationManifest;
  readonly settings: ServeSettings;
  /** Shared with all other models. */
  readonly memory: MemoryBudget;
  /** Inference processes. */
  readonly workers: number;
  readonly log: Log;
}

/**
 * Image classification: the body is an encoded image, the answer the list of class probabilities, as the built-in
 * algorithm answers. A body of RecordIO records is answered with one list for each.
 *
 * @throws ModelError when the model does not load or does not fit the manifest; OutOfMemoryError when several models
 *   share the container and there is no room for this one
 */
export async function startClassification(
  folder: string,
  parts: ClassificationParts,
  signal?: AbortSignal,
): Promise<Service> {
  const { manifest, settings, memory, workers, log } = parts;
  const modelPath = join(folder, manifest.model);
  // Held while it loads; then the pool holds what its processes really take.
  const room = memory.lease();
  const needed = workers * hostBytes((await stat(modelPath)).size);
  if (settings.multiModel && !room.grow(needed))
    throw new OutOfMemoryError(`Loading the model ${manifest.model}`, needed, memory.freeBytes);
  let pool: HostPool;
  try {
    const setup = {
      modelPath,
      input: manifest.input,
      ...(manifest.output === undefined ? {} : { output: manifest.output }),
      stack: true,
      maxPixels: settings.maxPixels,
    };
    const { maxBatch, hostTimeoutMs: answerMs } = settings;
    pool = await startHostPool({ setup, hosts: workers, maxBatch, answerMs, memory, onCrash: log }, signal);
  } finally {
    room.release();
  }
  const mib = (bytes: number): number => Math.floor(bytes / 2 ** 20);
  log(
    `${workers} inference processes; ${mib(memory.freeBytes)} of ${mib(settings.memoryBytes)} MiB are left for pictures`,
  );
  const service = new ClassificationService(pool, parts);
  try {
    await service.warmUp();
  } catch (error) {
    await pool.close();
    throw error;
  }
  return service;
}

class ClassificationService implements Service {
  readonly #pool: HostPool;
  readonly #parts: ClassificationParts;
  #requests = 0;

  constructor(pool: HostPool, parts: ClassificationParts) {
    this.#pool = pool;
    this.#parts = parts;
  }

  get concurrency(): number {
    return this.#parts.workers * 2;
  }

  get maxPayloadBytes(): number {
    return this.#parts.settings.maxPayloadBytes;
  }

  unhealthy(): string | undefined {
    return this.#pool.ready > 0 ? undefined : "no inference process is ready";
  }

  gauges(): Gauge[] {
    const { memory } = this.#parts;
    return [
      { name: "hosts_ready", help: "Inference processes that can work.", value: this.#pool.ready },
      {
        name: "hosts_replaced",
        help: "Inference processes that ended or hung and were replaced.",
        value: this.#pool.replaced,
      },
      { name: "pictures_pending", help: "Pictures waiting or in work.", value: this.#pool.pending },
      {
        name: "memory_free_bytes",
        help: "Of the container's memory, what is left for pictures.",
        value: memory.freeBytes,
      },
    ];
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  /** Runs one blank picture, so that a model that does not fit its manifest is found before /ping says yes. */
  async warmUp(): Promise<void> {
    const result = await this.#pool.run({ image: BLANK_PNG });
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
    const isBatch = checkContentType(request) === RECORDIO;
    const { timeoutMs, maxPayloadBytes, maxQueue, defaultAccept } = this.#parts.settings;
    const type = negotiate(request.headers.accept, ANSWER_TYPES, defaultAccept);
    if (this.#requests >= maxQueue) {
      throw busy(`${this.#requests} requests are waiting already; try again in a moment or add instances.`);
    }
    this.#requests += 1;
    const memory = this.#parts.memory.lease();
    const deadline = startDeadline(signal, timeoutMs);
    try {
      const body = await readBody(request, { maxBytes: maxPayloadBytes, signal: deadline.signal, memory });
      const rows = isBatch
        ? await this.#classifyBatch(body, deadline.signal)
        : await this.#classify(body, deadline.signal);
      sendText(response, 200, type, answerText(rows, type));
    } catch (cause) {
      if (!deadline.expired) throw cause;
      throw new RequestError(504, "Timeout", `The request was not done within ${timeoutMs} ms.`, { cause });
    } finally {
      deadline.release();
      memory.release();
      this.#requests -= 1;
    }
  }

  async #classifyBatch(body: Uint8Array, signal: AbortSignal): Promise<Float32Array[]> {
    const pictures = await picturesOf(body);
    // The first that fails ends the others: their answers would have no reader.
    const stop = new AbortController();
    const linked = AbortSignal.any([signal, stop.signal]);
    setMaxListeners(0, linked);
    let failure: { readonly error: unknown } | undefined;
    const rows = await Promise.all(
      pictures.map((image, i) =>
        this.#classify(image, linked).catch((error: unknown) => {
          failure ??= { error: error instanceof RequestError ? error.within(`Record ${i}`) : error };
          stop.abort(new Error("Another picture failed."));
          return new Float32Array(0);
        }),
      ),
    );
    if (failure) throw failure.error;
    return rows;
  }

  async #classify(image: Uint8Array, signal: AbortSignal): Promise<Float32Array> {
    let result: HostResult;
    try {
      result = await this.#pool.run({ image }, signal);
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

const RECORDIO = "application/x-recordio";
const IMAGE_TYPES = /^(application\/x-image|image\/[\w.+-]+|application\/octet-stream)$/;

function checkContentType(request: IncomingMessage): string {
  const type = (request.headers["content-type"] ?? "application/octet-stream")
    .split(";")[0]!
    .trim()
    .toLowerCase();
  if (type === RECORDIO || IMAGE_TYPES.test(type)) return type;
  throw new RequestError(
    415,
    "UnsupportedContentType",
    `This model classifies images; the content type "${type}" is none. Send application/x-image, image/jpeg, image/png, or records as ${RECORDIO}.`,
  );
}

/** A grey PNG of 1 x 1 pixel. */
const BLANK_PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWNoaGgAAAMEAYEezv+mAAAAAElFTkSuQmCC",
  "base64",
);
