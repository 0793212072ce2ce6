import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { ClassificationManifest } from "@sightline/contract/manifest";
import { type HostPool, startHostPool } from "../inference/host-pool.js";
import type { HostResult } from "../inference/host-protocol.js";
import { HostCrashedError, ModelError } from "../shared/errors.js";
import { startDeadline } from "./deadline.js";
import { checkLength, readBody } from "./read-body.js";
import { busy, RequestError } from "./request-error.js";
import { type Service, sendJson } from "./service.js";
import type { ServeSettings } from "./settings.js";

/** Bytes of bodies held at once over all requests; protects memory when many large pictures arrive together. */
const MAX_HELD_BYTES = 256 * 2 ** 20;

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
  const pool = await startHostPool(
    {
      setup: {
        modelPath: join(folder, manifest.model),
        input: manifest.input,
        ...(manifest.output === undefined ? {} : { output: manifest.output }),
        stack: true,
        maxPixels: settings.maxPixels,
      },
      hosts: settings.workers,
      maxBatch: settings.maxBatch,
      onCrash: log,
    },
    signal,
  );
  const service = new ClassificationService(pool, manifest, settings);
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
  readonly #manifest: ClassificationManifest;
  readonly #settings: ServeSettings;
  #requests = 0;
  #heldBytes = 0;

  constructor(pool: HostPool, manifest: ClassificationManifest, settings: ServeSettings) {
    this.#pool = pool;
    this.#manifest = manifest;
    this.#settings = settings;
  }

  get concurrency(): number {
    return this.#settings.workers * 2;
  }

  get maxPayloadBytes(): number {
    return this.#settings.maxPayloadBytes;
  }

  unhealthy(): string | undefined {
    return this.#pool.ready > 0 ? undefined : "no inference process is ready";
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  /** Runs one blank picture, so that a model that does not fit its manifest is found before /ping says yes. */
  async warmUp(): Promise<void> {
    const result = await this.#pool.run({ image: BLANK_PNG });
    if (result.kind !== "values") throw new ModelError(`The model does not run: ${result.message}`);
    const { labels } = this.#manifest;
    if (result.values.length !== labels.length) {
      throw new ModelError(
        `The model answers ${result.values.length} values a picture, but manifest.json names ${labels.length} labels.`,
      );
    }
  }

  async invoke(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    checkContentType(request);
    checkLength(request, this.#settings.maxPayloadBytes);
    if (this.#requests >= this.#settings.maxQueue || this.#heldBytes > MAX_HELD_BYTES) {
      throw busy(`${this.#requests} pictures are waiting already; try again in a moment or add instances.`);
    }
    this.#requests += 1;
    let held = 0;
    const { timeoutMs, maxPayloadBytes } = this.#settings;
    const deadline = startDeadline(signal, timeoutMs);
    try {
      const image = await readBody(request, maxPayloadBytes, deadline.signal);
      held = image.byteLength;
      this.#heldBytes += held;
      sendProbabilities(request, response, await this.#classify(image, deadline.signal));
    } catch (cause) {
      if (!deadline.expired) throw cause;
      throw new RequestError(504, "Timeout", `The picture was not done within ${timeoutMs} ms.`, { cause });
    } finally {
      deadline.release();
      this.#requests -= 1;
      this.#heldBytes -= held;
    }
  }

  async #classify(image: Uint8Array, signal: AbortSignal): Promise<Float32Array> {
    let result: HostResult;
    try {
      result = await this.#pool.run({ image }, signal);
    } catch (cause) {
      if (cause instanceof HostCrashedError)
        throw new RequestError(500, "ModelCrashed", cause.message, { cause });
      throw cause;
    }
    if (result.kind === "values") return result.values;
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
