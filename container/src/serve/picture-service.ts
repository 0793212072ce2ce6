import { setMaxListeners } from "node:events";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { ImageInput } from "@sightline/contract/image-input";
import { checkPicture } from "../image/check-picture.js";
import { hostBytes } from "../inference/default-hosts.js";
import { type HostPool, startHostPool } from "../inference/host-pool.js";
import type { HostResult } from "../inference/host-protocol.js";
import type { MemoryBudget } from "../inference/memory-budget.js";
import {
  HostCrashedError,
  ImageInputError,
  type ImageProblem,
  ModelError,
  OutOfMemoryError,
} from "../shared/errors.js";
import { type AnswerType, answerText, batchText } from "./answer-format.js";
import { BATCH_TYPES, type Batch, type BatchType, readBatch } from "./batch-body.js";
import { startDeadline } from "./deadline.js";
import { inOrder } from "./in-order.js";
import type { Log } from "./log.js";
import type { Gauge } from "./metrics.js";
import { negotiate } from "./negotiate.js";
import { readBody } from "./read-body.js";
import { busy, RequestError } from "./request-error.js";
import { type Service, sendText } from "./service.js";
import type { ServeSettings } from "./settings.js";
import { streamAnswers } from "./stream-answers.js";

/** What a model does with a picture, apart from running. */
export interface PictureTask {
  /** To go on behind "This model", such as `classifies images`. */
  readonly does: string;
  /** Name of the ONNX file in the model's folder. */
  readonly model: string;
  /** How a picture becomes the model's input. */
  readonly input: ImageInput;
  /** Output to read. Default: the only one. */
  readonly output?: string;
  /** Media types of answers; the first where the caller does not mind. */
  readonly types: readonly AnswerType[];
  /** Looks at the values of a grey picture. Throws `ModelError` when the model does not fit its manifest. */
  readonly check: (values: Float32Array) => void;
  /** The answer to a picture as text of the media type, without a line's end. */
  readonly textOf: (values: Float32Array, type: AnswerType) => string;
}

/** What a picture service is started with. */
export interface PictureParts {
  readonly settings: ServeSettings;
  /** Shared with all other models. */
  readonly memory: MemoryBudget;
  /** Inference processes. */
  readonly workers: number;
  readonly log: Log;
}

/**
 * A model of pictures: the body is an encoded image, and the answer what the task makes of the model's values. A body of
 * several pictures is answered with one answer for each.
 *
 * @throws ModelError when the model does not load or does not fit the manifest; OutOfMemoryError when several models
 *   share the container and there is no room for this one
 */
export async function startPictures(
  folder: string,
  task: PictureTask,
  parts: PictureParts,
  signal?: AbortSignal,
): Promise<Service> {
  const { settings, memory, workers, log } = parts;
  const modelPath = join(folder, task.model);
  // Held while it loads; then the pool holds what its processes really take.
  const room = memory.lease();
  const needed = workers * hostBytes((await stat(modelPath)).size);
  if (settings.multiModel && !room.grow(needed))
    throw new OutOfMemoryError(`Loading the model ${task.model}`, needed, memory.freeBytes);
  let pool: HostPool;
  try {
    const setup = {
      modelPath,
      input: task.input,
      ...(task.output === undefined ? {} : { output: task.output }),
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
  const service = new PictureService(pool, task, parts);
  try {
    await service.warmUp();
  } catch (error) {
    await pool.close();
    throw error;
  }
  return service;
}

class PictureService implements Service {
  readonly #pool: HostPool;
  readonly #task: PictureTask;
  readonly #parts: PictureParts;
  #requests = 0;

  constructor(pool: HostPool, task: PictureTask, parts: PictureParts) {
    this.#pool = pool;
    this.#task = task;
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
    this.#task.check(result.values);
  }

  async invoke(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const contentType = checkContentType(request, this.#task.does);
    const { timeoutMs, maxPayloadBytes, maxQueue, defaultAccept } = this.#parts.settings;
    const type = negotiate(request.headers.accept, this.#task.types, defaultAccept);
    if (this.#requests >= maxQueue) {
      throw busy(`${this.#requests} requests are waiting already; try again in a moment or add instances.`);
    }
    this.#requests += 1;
    const memory = this.#parts.memory.lease();
    const deadline = startDeadline(signal, timeoutMs);
    try {
      const body = await readBody(request, { maxBytes: maxPayloadBytes, signal: deadline.signal, memory });
      if (!isBatch(contentType)) {
        sendText(response, 200, type, answerText(await this.#answer(body, type, deadline.signal)));
        return;
      }
      const answers = this.#answers(await readBatch(body, contentType, memory), type, deadline.signal);
      // The error of any picture is the whole answer's; what is written in lines can be begun before it is known.
      if (type === "application/json") sendText(response, 200, type, batchText(await collect(answers), type));
      else await streamAnswers(response, type, answers, deadline);
    } catch (cause) {
      if (!deadline.expired) throw cause;
      throw new RequestError(504, "Timeout", `The request was not done within ${timeoutMs} ms.`, { cause });
    } finally {
      deadline.release();
      memory.release();
      this.#requests -= 1;
    }
  }

  /** The answers to the pictures of a body, in their order. */
  async *#answers(
    { pictures, nameOf }: Batch,
    type: AnswerType,
    signal: AbortSignal,
  ): AsyncGenerator<string, void, undefined> {
    const within = (index: number, error: unknown): unknown =>
      error instanceof RequestError ? error.within(nameOf(index)) : error;
    // Most that is wrong with a picture is told before the work begins, while the answer can still have a status.
    for (const [i, picture] of pictures.entries()) {
      try {
        checkPicture(picture, this.#parts.settings.maxPixels);
      } catch (error) {
        throw within(i, error instanceof ImageInputError ? refused(error.problem, error.message) : error);
      }
    }
    // Those in work behind one that fails have no reader any more.
    const stop = new AbortController();
    const linked = AbortSignal.any([signal, stop.signal]);
    setMaxListeners(0, linked);
    const { workers, settings } = this.#parts;
    try {
      // Two messages for each process: one in work, one that waits.
      yield* inOrder(pictures, 2 * workers * settings.maxBatch, (picture, i) =>
        this.#answer(picture, type, linked).catch((error: unknown) => {
          throw within(i, error);
        }),
      );
    } finally {
      stop.abort(new Error("Nobody waits for this answer any more."));
    }
  }

  async #answer(image: Uint8Array, type: AnswerType, signal: AbortSignal): Promise<string> {
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
      if (result.values.every(Number.isFinite)) return this.#task.textOf(result.values, type);
      throw new RequestError(500, "ModelFailed", "The model's answer to this picture is not finite.");
    }
    if (result.kind === "failed")
      throw new RequestError(500, "ModelFailed", `The model failed: ${result.message}`);
    throw refused(result.problem, result.message);
  }
}

function refused(problem: ImageProblem, message: string): RequestError {
  return problem === "too-large"
    ? new RequestError(413, "ImageTooLarge", message)
    : new RequestError(400, "UnreadableImage", message);
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const IMAGE_TYPES = /^(application\/x-image|image\/[\w.+-]+|application\/octet-stream)$/;

function isBatch(type: string): type is BatchType {
  return (BATCH_TYPES as readonly string[]).includes(type);
}

function checkContentType(request: IncomingMessage, does: string): string {
  const type = (request.headers["content-type"] ?? "application/octet-stream")
    .split(";")[0]!
    .trim()
    .toLowerCase();
  if (isBatch(type) || IMAGE_TYPES.test(type)) return type;
  throw new RequestError(
    415,
    "UnsupportedContentType",
    `This model ${does}; the content type "${type}" is none. Send application/x-image, image/jpeg, image/png, or several as ${BATCH_TYPES.join(" or ")}.`,
  );
}

/** A grey PNG of 1 x 1 pixel. */
const BLANK_PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWNoaGgAAAMEAYEezv+mAAAAAElFTkSuQmCC",
  "base64",
);
