import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { describeModel } from "@sightline/onnx";
import type { CustomDecoder, Detector } from "../detectors/detector.js";
import { planDetector } from "../detectors/plan-detector.js";
import { UnusableModelError } from "../errors.js";
import type { ModelPlan } from "./host-protocol.js";
import { type ModelSession, openSession } from "./session.js";

let loaded: { readonly key: string; readonly session: Promise<ModelSession> } | undefined;

/** Plans the detector from the model file, with the custom decoder when one is named. */
export async function loadDetector(
  model: Pick<ModelPlan, "path" | "options" | "decoderModule">,
  source: { readonly width: number; readonly height: number },
): Promise<Detector> {
  const bytes = await readFile(model.path).catch((cause: unknown) => {
    throw new UnusableModelError(model.path, `the model ${model.path} cannot be read`, { cause });
  });
  const description = (() => {
    try {
      return describeModel(bytes);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UnusableModelError(model.path, `${model.path} is no ONNX model: ${reason}`, { cause });
    }
  })();
  const decoder = model.decoderModule === undefined ? undefined : await importDecoder(model.decoderModule);
  return planDetector(description, {
    ...model.options,
    source: { width: source.width, height: source.height },
    ...(decoder && { decoder }),
  });
}

/**
 * The session of a model: the one at hand when it is the same, else that is freed and a new one opened. Tasks
 * that are at work in a host at once have the same model.
 */
export async function sessionFor(model: ModelPlan): Promise<ModelSession> {
  const key = JSON.stringify([model.path, model.providers, model.threads, model.deviceId, model.batch]);
  if (loaded?.key === key) return await loaded.session;
  const previous = loaded?.session;
  const opening = { key, session: freed(previous).then(() => openSession(model.path, model)) };
  loaded = opening;
  opening.session.catch(() => {
    if (loaded === opening) loaded = undefined;
  });
  return await opening.session;
}

/** Frees the loaded model. */
export async function releaseModel(): Promise<void> {
  const previous = loaded?.session;
  loaded = undefined;
  await freed(previous);
}

async function freed(previous: Promise<ModelSession> | undefined): Promise<void> {
  await previous?.then(
    (session) => session.release(),
    // One that could not be opened has failed its own task, and there is nothing to free.
    () => {},
  );
}

async function importDecoder(module: string): Promise<CustomDecoder> {
  const url = module.startsWith("file:") ? module : pathToFileURL(module).href;
  const exported = (await import(url)) as { default?: unknown; decode?: unknown };
  const decode = exported.default ?? exported.decode;
  if (typeof decode !== "function") {
    throw new TypeError(`${module} must export a decoder function as default or as "decode"`);
  }
  return decode as CustomDecoder;
}
