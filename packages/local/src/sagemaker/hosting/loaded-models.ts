import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Cloud } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import { removeTree } from "../../process/remove-tree.js";
import { FleetStartError, fetchArchive } from "./fetch-model.js";
import { type ContainerAnswer, forward } from "./forward.js";
import type { Instance } from "./instance.js";

/** A model that the container did not load: its answer becomes the caller's ModelError. */
export class ModelNotLoadedError extends Error {
  /** What the container said to that. */
  readonly answer: ContainerAnswer;

  constructor(answer: ContainerAnswer) {
    super("The container did not load the model.");
    this.answer = answer;
  }
}

/** What the container answers when a model has no room beside those that it has. */
const INSUFFICIENT_STORAGE = 507;
const CONFLICT = 409;
/** Largest answer to a call that loads or unloads. */
const MAX_ANSWER_BYTES = 1 << 20;

/**
 * The models that one instance of a multi-model endpoint has loaded. Each is fetched and loaded when it is asked for first;
 * where the container has no room, what was asked for least recently goes. Source: "Build your own container for multi-model
 * endpoints" of the SageMaker guide.
 */
export class LoadedModels {
  readonly #cloud: Cloud;
  readonly #instance: Instance;
  readonly #prefix: string;
  /** By the models' keys, the one that was used last at the end. */
  readonly #loaded = new Map<string, Promise<string>>();

  /** @param prefix S3 URI of the folder below which the models' archives lie */
  constructor(cloud: Cloud, instance: Instance, prefix: string) {
    this.#cloud = cloud;
    this.#instance = instance;
    this.#prefix = prefix.replace(/\/*$/, "/");
  }

  /**
   * Where a model's invocations go, after it has been loaded.
   *
   * @param target its key below the prefix
   * @throws AwsError ValidationError when there is none; ModelNotLoadedError when the container refuses it
   */
  async invocationPath(target: string, timeoutMs: number): Promise<string> {
    const known = this.#loaded.get(target);
    const name = known ?? this.#load(target, timeoutMs);
    this.#loaded.delete(target);
    this.#loaded.set(target, name);
    try {
      return `/models/${await name}/invoke`;
    } catch (error) {
      if (this.#loaded.get(target) === name) this.#loaded.delete(target);
      throw error;
    }
  }

  async #load(target: string, timeoutMs: number): Promise<string> {
    const name = createHash("sha256").update(target).digest("hex").slice(0, 32);
    const folder = path.join(this.#instance.root, "models", name, "model");
    await removeTree(path.dirname(folder), this.#cloud.logger);
    await mkdir(folder, { recursive: true });
    try {
      await fetchArchive(this.#cloud, this.#prefix + target, folder, this.#cloud.closing);
    } catch (error) {
      if (!(error instanceof FleetStartError)) throw error;
      throw new AwsError("ValidationError", error.message);
    }
    const url = await this.#instance.pathInside(folder);
    for (;;) {
      const answer = await this.#call("POST", "/models", timeoutMs, { model_name: name, url });
      const status = answer.kind === "answer" ? answer.status : 0;
      if ((status >= 200 && status < 300) || status === CONFLICT) return name;
      if (status !== INSUFFICIENT_STORAGE || !(await this.#unloadOldest(target, timeoutMs))) {
        throw new ModelNotLoadedError(answer);
      }
    }
  }

  async #unloadOldest(keep: string, timeoutMs: number): Promise<boolean> {
    const oldest = [...this.#loaded].find(([target]) => target !== keep);
    if (oldest === undefined) return false;
    const [target, name] = oldest;
    this.#loaded.delete(target);
    const known = await name.catch(() => undefined);
    if (known === undefined) return true;
    await this.#call("DELETE", `/models/${known}`, timeoutMs);
    await removeTree(path.join(this.#instance.root, "models", known), this.#cloud.logger);
    return true;
  }

  #call(
    method: "POST" | "DELETE",
    where: string,
    timeoutMs: number,
    body?: object,
  ): Promise<ContainerAnswer> {
    const request = {
      method,
      path: where,
      headers: { "content-type": "application/json" },
      body: Buffer.from(body === undefined ? "" : JSON.stringify(body)),
      timeoutMs,
      signal: this.#cloud.closing,
    };
    return forward(this.#instance, request, { kind: "memory", maxBytes: MAX_ANSWER_BYTES });
  }
}
