import { stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { ModelError, OutOfMemoryError } from "../shared/errors.js";
import { RequestError } from "./request-error.js";
import type { Handler, Service } from "./service.js";

/** A model as GET /models tells of it. */
export interface ListedModel {
  readonly modelName: string;
  /** The folder it was loaded from. */
  readonly modelUrl: string;
}

interface Loaded extends ListedModel {
  readonly service: Service;
  /** Invocations that have not been answered. */
  inWork: number;
  onIdle: (() => void) | undefined;
}

/** Models that come and go by name, as a SageMaker multi-model endpoint has them. */
export class ModelRegistry {
  readonly #folder: string;
  readonly #open: (folder: string) => Promise<Service>;
  /** A name with undefined is being loaded. */
  readonly #models = new Map<string, Loaded | undefined>();

  /**
   * @param folder below which models lie, such as /opt/ml/models; nothing else is loaded
   * @param open loads a model folder; throws `ModelError`, and `OutOfMemoryError` where the model has no room
   */
  constructor(folder: string, open: (folder: string) => Promise<Service>) {
    this.#folder = resolve(folder);
    this.#open = open;
  }

  /** The loaded models, in the order in which they came. */
  list(): ListedModel[] {
    return [...this.#models.values()].flatMap((model) =>
      model ? [{ modelName: model.modelName, modelUrl: model.modelUrl }] : [],
    );
  }

  /** The figures of all models added up. */
  services(): readonly Service[] {
    return [...this.#models.values()].flatMap((model) => model?.service ?? []);
  }

  /** @throws RequestError 404 */
  find(name: string): Loaded {
    const model = this.#models.get(name);
    if (model) return model;
    throw new RequestError(
      404,
      "ModelNotFound",
      `The model "${name}" is not loaded. Load it with POST /models.`,
    );
  }

  /**
   * Loads a model.
   *
   * @throws RequestError 409 when the name is taken, 404 when there is no such folder below the models', 400 when it holds no model that can
   *   be served, 507 when memory is short: SageMaker then unloads models that are used least and asks again
   */
  async load(name: string, url: string): Promise<ListedModel> {
    if (this.#models.has(name)) {
      throw new RequestError(409, "ModelExists", `The model "${name}" is loaded already. Unload it first.`);
    }
    this.#models.set(name, undefined);
    try {
      const service = await this.#openFolder(url);
      const model: Loaded = { modelName: name, modelUrl: url, service, inWork: 0, onIdle: undefined };
      this.#models.set(name, model);
      return { modelName: name, modelUrl: url };
    } catch (error) {
      this.#models.delete(name);
      throw error;
    }
  }

  async #openFolder(url: string): Promise<Service> {
    const folder = resolve(this.#folder, url);
    if (!folder.startsWith(this.#folder + sep)) {
      throw new RequestError(
        404,
        "ModelNotFound",
        `The model's url must be a folder below ${this.#folder}, not "${url}".`,
      );
    }
    if (!(await stat(join(folder)).catch(() => undefined))?.isDirectory()) {
      throw new RequestError(404, "ModelNotFound", `There is no folder ${url}.`);
    }
    try {
      return await this.#open(folder);
    } catch (cause) {
      if (cause instanceof OutOfMemoryError)
        throw new RequestError(507, "InsufficientMemory", cause.message, { cause });
      if (cause instanceof ModelError) throw new RequestError(400, "InvalidModel", cause.message, { cause });
      throw cause;
    }
  }

  /** Takes a model away, and frees it when its invocations are answered. @throws RequestError 404 */
  async unload(name: string): Promise<void> {
    const model = this.find(name);
    this.#models.delete(name);
    if (model.inWork > 0) {
      await new Promise<void>((idle) => {
        model.onIdle = idle;
      });
    }
    await model.service.close();
  }

  /** An invocation of a model. @throws RequestError 404, and 507 where memory is short */
  invoke(name: string): Handler {
    return async (request, response, signal) => {
      const model = this.find(name);
      model.inWork += 1;
      try {
        await model.service.invoke(request, response, signal);
      } catch (error) {
        const { cause } = error as Error;
        // Not "try again": SageMaker makes room by unloading a model.
        if (cause instanceof OutOfMemoryError)
          throw new RequestError(507, "InsufficientMemory", cause.message, { cause });
        throw error;
      } finally {
        model.inWork -= 1;
        if (model.inWork === 0) model.onIdle?.();
      }
    };
  }

  /** Frees all models. */
  async close(): Promise<void> {
    await Promise.all(this.services().map((service) => service.close()));
    this.#models.clear();
  }
}
