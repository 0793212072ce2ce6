import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { describeModel } from "@sightline/onnx";
import type { CustomDecoder, Detector, DetectorOptions } from "../detectors/detector.js";
import type { PreprocessingOptions } from "../detectors/input-spec.js";
import { planDetector } from "../detectors/plan-detector.js";
import { UnusableModelError } from "../errors.js";
import type { ModelPlan } from "./host-protocol.js";

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
  const own = model.decoderModule === undefined ? {} : await importDecoder(model.decoderModule);
  return planDetector(description, {
    ...model.options,
    source: { width: source.width, height: source.height },
    ...own,
  });
}

/** What a decoder module says: how outputs are read, how pictures are prepared, or both. */
async function importDecoder(module: string): Promise<Pick<DetectorOptions, "decoder" | "input">> {
  const url = module.startsWith("file:") ? module : pathToFileURL(module).href;
  const exported = (await import(url)) as {
    default?: unknown;
    decode?: unknown;
    input?: PreprocessingOptions;
  };
  const { input } = exported;
  const decode = exported.default ?? exported.decode;
  if (typeof decode !== "function" && (decode !== undefined || input === undefined)) {
    throw new TypeError(
      `${module} must export a decoder function as default or as "decode", an "input" that says how pictures are prepared, or both`,
    );
  }
  return {
    ...(decode !== undefined && { decoder: decode as CustomDecoder }),
    ...(input !== undefined && { input }),
  };
}
