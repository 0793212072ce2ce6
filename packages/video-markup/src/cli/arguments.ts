import { statSync } from "node:fs";
import { basename, extname } from "node:path";
import { parseArgs } from "node:util";
import { type AnnotationKind, annotationKinds } from "../annotate/style.js";
import { type DetectorLayout, detectorLayouts } from "../detectors/detector.js";
import { isPictureName } from "../images/list-pictures.js";
import type { ExecutionProvider, ModelOptions } from "../inference/model-options.js";
import type { MarkUpImagesOptions } from "../mark-up-images-options.js";
import type { EncodingOptions } from "../media/encoding-options.js";
import type { DetectOptions, MarkUpOptions, RenderOptions, Shard } from "../pipeline/job-options.js";
import { isLive, type LiveCommand, readLiveArguments } from "./live-arguments.js";
import { checkOptionsRead } from "./options-read.js";
import { type RecordCommand, readRecordArguments, recordVerbs } from "./record-arguments.js";
import { oneOf, UsageError } from "./usage-error.js";

/** A command line, read and checked. */
export type Command =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | RecordCommand
  | LiveCommand
  | (Common & { readonly kind: "mark-up"; readonly options: Omit<MarkUpOptions, "detectionsPath"> })
  | (Common & { readonly kind: "detect"; readonly options: DetectOptions })
  | (Common & { readonly kind: "render"; readonly options: RenderOptions })
  | (Omit<Common, "input"> & {
      readonly kind: "images";
      readonly input: string | readonly string[];
      readonly options: MarkUpImagesOptions;
    })
  | (Common & { readonly kind: "join"; readonly shards: number; readonly maxSeconds: number | undefined });

interface Common {
  readonly input: string;
  readonly output: string;
  readonly detections: string | undefined;
  readonly workers: number | undefined;
  readonly json: boolean;
}

const providers: readonly ExecutionProvider[] = ["cpu", "cuda", "tensorrt", "webgpu"];
const codecs = ["h264", "hevc", "av1", "h264_nvenc", "hevc_nvenc", "av1_nvenc"] as const;

/** @throws {UsageError} with what is wrong and what is allowed */
export function readArguments(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help === true || args.length === 0) return { kind: "help" };
  if (values.version === true) return { kind: "version" };
  const verbs = ["detect", "render", "join", ...recordVerbs] as const;
  const verb = verbs.find((name) => name === positionals[0]);
  const [input, ...more] = verb ? positionals.slice(1) : positionals;
  if (input === undefined) throw new UsageError("name the input");
  const pictures = verb === undefined && areImages([input, ...more]);
  if (more.length > 0 && !pictures) throw new UsageError(`one input at a time; what is "${more[0]}" for?`);
  const live = verb === undefined && (values.live === true || isLive(input));
  checkOptionsRead(verb ?? (live ? "live" : pictures ? "images" : "mark-up"), values);
  const recordVerb = recordVerbs.find((name) => name === verb);
  if (recordVerb) return readRecordArguments(recordVerb, input, values);
  const name = basename(input, extname(input));
  const common = {
    input,
    output:
      verb === "detect"
        ? (values.output ?? values.detections ?? `${name}_detections${shardName(values.shard)}.jsonl`)
        : (values.output ?? `${name}_output.mp4`),
    detections: values.detections,
    workers: number(values.workers, "--workers", 1, 1024, true),
    json: values.json === true,
  };
  const maxSeconds = number(values["max-seconds"], "--max-seconds", 0, Number.MAX_VALUE);
  const part = {
    ...(maxSeconds !== undefined && { maxSeconds }),
    ...(values.shard !== undefined && { shard: shard(values.shard) }),
  };
  if (verb === "join") {
    const shards = number(values.shards, "--shards", 1, 10_000, true);
    if (shards === undefined) throw new UsageError("say how many parts there are: --shards N");
    return { ...common, kind: "join", shards, maxSeconds };
  }
  const drawing = { ...annotation(values.annotate), ...coding(values), ...part };
  if (verb === "render") {
    if (!common.detections) throw new UsageError("name the stored detections: --detections FILE.jsonl");
    return { ...common, kind: "render", options: drawing };
  }
  if (values.model === undefined) throw new UsageError("name the detector: --model FILE.onnx");
  const confidence = number(values.confidence, "--confidence", 0, 1);
  const iou = number(values.iou, "--iou", 0, 1);
  const stride = number(values.stride, "--stride", 1, 1e6, true);
  const looking: ModelOptions = {
    model: values.model,
    ...(values.layout !== undefined && {
      layout: oneOf(values.layout, "--layout", detectorLayouts) as DetectorLayout,
    }),
    ...(confidence !== undefined && { confidence }),
    ...(iou !== undefined && { iou }),
    ...(values.classes !== undefined && {
      classes: values.classes.split(",").map((text) => (/^\d+$/.test(text) ? Number(text) : text.trim())),
    }),
    ...(values.decoder !== undefined && { decoderModule: values.decoder }),
    ...(values.provider !== undefined && { providers: listOf(values.provider, "--provider", providers) }),
  };
  const batch = number(values.batch, "--batch", 1, 256, true);
  const detecting: DetectOptions = {
    ...looking,
    ...part,
    ...(stride !== undefined && { stride }),
    ...(batch !== undefined && { batch }),
  };
  if (live) {
    const maxLatencySeconds = number(values["max-latency"], "--max-latency", 0.001, 3600);
    return readLiveArguments(input, values, {
      ...looking,
      ...annotation(values.annotate),
      ...coding(values),
      track: values.track === true,
      ...(stride !== undefined && { stride }),
      ...(maxSeconds !== undefined && { maxSeconds }),
      ...(maxLatencySeconds !== undefined && { maxLatencySeconds }),
    });
  }
  if (pictures) {
    const onError = values["on-error"] && oneOf(values["on-error"], "--on-error", ["fail", "skip"] as const);
    return {
      ...common,
      kind: "images",
      input: more.length > 0 ? [input, ...more] : input,
      output: values.output ?? `${name}_output`,
      options: {
        ...looking,
        ...annotation(values.annotate),
        ...(values.detections !== undefined && { detectionsPath: values.detections }),
        ...(onError && { onError }),
      },
    };
  }
  if (verb === "detect" && values.output !== undefined && values.detections !== undefined) {
    throw new UsageError("detect writes one file: name it with -o or with --detections, not both");
  }
  if (verb === "detect") return { ...common, kind: "detect", options: detecting };
  return { ...common, kind: "mark-up", options: { ...detecting, ...drawing, track: values.track === true } };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        model: { type: "string" },
        layout: { type: "string" },
        confidence: { type: "string" },
        iou: { type: "string" },
        classes: { type: "string" },
        decoder: { type: "string" },
        provider: { type: "string" },
        stride: { type: "string" },
        batch: { type: "string" },
        annotate: { type: "string" },
        track: { type: "boolean" },
        codec: { type: "string" },
        crf: { type: "string" },
        preset: { type: "string" },
        output: { type: "string", short: "o" },
        detections: { type: "string" },
        workers: { type: "string" },
        "max-seconds": { type: "string" },
        shard: { type: "string" },
        shards: { type: "string" },
        tracker: { type: "string" },
        smooth: { type: "boolean" },
        format: { type: "string" },
        size: { type: "string" },
        video: { type: "string" },
        gpx: { type: "string" },
        "video-start": { type: "string" },
        live: { type: "boolean" },
        "on-behind": { type: "string" },
        "max-latency": { type: "string" },
        "input-option": { type: "string", multiple: true },
        "on-error": { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function annotation(list: string | undefined): Pick<RenderOptions, "annotate"> {
  return list === undefined ? {} : { annotate: listOf<AnnotationKind>(list, "--annotate", annotationKinds) };
}

function coding(values: { codec?: string; crf?: string; preset?: string }): Pick<RenderOptions, "encoding"> {
  const crf = number(values.crf, "--crf", 0, 63);
  const encoding: EncodingOptions = {
    ...(values.codec !== undefined && { codec: oneOf(values.codec, "--codec", codecs) }),
    ...(crf !== undefined && { crf }),
    ...(values.preset !== undefined && { preset: values.preset }),
  };
  return Object.keys(encoding).length > 0 ? { encoding } : {};
}

/** Pictures by their names, or one folder. */
function areImages(inputs: readonly string[]): boolean {
  if (inputs.every(isPictureName)) return true;
  return inputs.length === 1 && statSync(inputs[0]!, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Shards detected in one folder must not overwrite each other. */
function shardName(text: string | undefined): string {
  if (text === undefined) return "";
  const { index, count } = shard(text);
  return `.shard-${index}-of-${count}`;
}

function shard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || index < 1 || index > count) {
    throw new UsageError(`--shard is "${text}"; write i/n with i from 1 to n, such as 2/4`);
  }
  return { index, count };
}

function number(
  text: string | undefined,
  option: string,
  least: number,
  most: number,
  whole = false,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
    const range = most > 1e9 ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new UsageError(`${option} is "${text}"; it must be a ${whole ? "whole " : ""}number ${range}`);
  }
  return value;
}

function listOf<Name extends string>(text: string, option: string, known: readonly Name[]): Name[] {
  return text.split(",").map((part) => oneOf(part, option, known));
}
