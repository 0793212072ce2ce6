import { annotationKinds } from "@sightline/contract/annotation-style";
import { type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { choiceOption, choicesOption, numberOption, textOption } from "@sightline/foundation/option-values";
import { type DetectorLayout, detectorLayouts } from "../detectors/detector.js";
import type { ModelOptions } from "../inference/model-options.js";
import type { EncodingOptions } from "../media/encoding-options.js";
import type { RenderOptions } from "../pipeline/job-options.js";
import { readCounting } from "./counting-arguments.js";

const providers = ["cpu", "cuda", "tensorrt", "webgpu"] as const;
const codecs = ["h264", "hevc", "av1", "h264_nvenc", "hevc_nvenc", "av1_nvenc"] as const;

/** What is looked for. @throws {UsageError} with what is wrong and what is allowed */
export function modelOptions(values: OptionValues): ModelOptions {
  const model = textOption(values, "model");
  if (model === undefined) throw new UsageError("name the detector: --model FILE.onnx");
  const layout = choiceOption(values, "layout", detectorLayouts) as DetectorLayout | undefined;
  const classes = textOption(values, "classes");
  return defined({
    model,
    layout,
    confidence: numberOption(values, "confidence", { min: 0, max: 1 }),
    iou: numberOption(values, "iou", { min: 0, max: 1 }),
    classes: classes?.split(",").map((text) => (/^\d+$/.test(text) ? Number(text) : text.trim())),
    decoderModule: textOption(values, "decoder"),
    providers: choicesOption(values, "provider", providers),
  });
}

/** What is drawn and how it is coded. @throws {UsageError} with what is wrong and what is allowed */
export function drawingOptions(values: OptionValues): Pick<RenderOptions, "annotate" | "encoding"> {
  const encoding: EncodingOptions = defined({
    codec: choiceOption(values, "codec", codecs),
    crf: numberOption(values, "crf", { min: 0, max: 63 }),
    preset: textOption(values, "preset"),
  });
  const kinds = choicesOption(values, "annotate", annotationKinds);
  const counting = readCounting(values);
  const counts = counting.lines !== undefined || counting.zones !== undefined;
  return defined({
    annotate: counts ? { ...(kinds && { annotate: kinds }), ...counting } : kinds,
    encoding: Object.keys(encoding).length > 0 ? encoding : undefined,
  });
}

/** The members that have a value: an option that is there and undefined is not the same as one that is not. */
export function defined<Options extends object>(
  options: Options,
): { [Name in keyof Options]: Exclude<Options[Name], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Options]: Exclude<Options[Name], undefined> };
}
