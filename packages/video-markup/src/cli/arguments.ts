import { statSync } from "node:fs";
import { basename, extname } from "node:path";
import { type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { choiceOption, numberOption, textOption } from "@sightline/foundation/option-values";
import { isPictureName } from "../images/list-pictures.js";
import type { MarkUpImagesOptions } from "../mark-up-images-options.js";
import type { DetectOptions, MarkUpOptions, RenderOptions, Shard } from "../pipeline/job-options.js";
import { checkOptionsRead } from "./command-options.js";
import { isLive, type LiveCommand, readLiveArguments } from "./live-arguments.js";
import { defined, drawingOptions, modelOptions } from "./model-arguments.js";
import { type RecordCommand, readRecordArguments, recordVerbs } from "./record-arguments.js";

/** A command line, read and checked. */
export type Work =
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
  | (Common & {
      readonly kind: "join";
      readonly shards: number;
      readonly options: Pick<RenderOptions, "maxSeconds" | "sound">;
    });

interface Common {
  readonly input: string;
  readonly output: string;
  readonly detections: string | undefined;
  readonly workers: number | undefined;
  readonly json: boolean;
}

/** First words of command lines; without one, the input is marked up. */
export const verbs = ["detect", "render", "join", ...recordVerbs] as const;

/** @throws {UsageError} with what is wrong and what is allowed */
export function readArguments(
  verb: (typeof verbs)[number] | undefined,
  positionals: readonly string[],
  values: OptionValues,
): Work {
  const [input, ...more] = positionals;
  if (input === undefined) throw new UsageError("name the input");
  const pictures = verb === undefined && areImages(positionals);
  if (more.length > 0 && !pictures) throw new UsageError(`one input at a time; what is "${more[0]}" for?`);
  const live = verb === undefined && (values.live === true || isLive(input));
  checkOptionsRead(verb ?? (live ? "live" : pictures ? "images" : "mark-up"), values);
  if (verb === undefined && values.line !== undefined && values.track !== true) {
    throw new UsageError("--line counts objects that are followed: give --track too");
  }
  const recordVerb = recordVerbs.find((name) => name === verb);
  if (recordVerb) return readRecordArguments(recordVerb, input, values);
  const name = basename(input, extname(input));
  const part = {
    ...defined({ maxSeconds: numberOption(values, "max-seconds", { min: 0 }), shard: shard(values) }),
    ...(values["no-sound"] === true && { sound: false }),
  };
  const detections = textOption(values, "detections");
  const common = {
    input,
    output: textOption(values, "output") ?? `${name}_output.mp4`,
    detections,
    workers: numberOption(values, "workers", { min: 1, max: 1024, whole: true }),
    json: values.json === true,
  };
  if (verb === "join") {
    const shards = numberOption(values, "shards", { min: 1, max: 10_000, whole: true });
    if (shards === undefined) throw new UsageError("say how many parts there are: --shards N");
    return { ...common, kind: "join", shards, options: part };
  }
  const drawing = { ...drawingOptions(values), ...part };
  if (verb === "render") {
    if (!detections) throw new UsageError("name the stored detections: --detections FILE.jsonl");
    return { ...common, kind: "render", options: drawing };
  }
  const looking = modelOptions(values);
  const stride = numberOption(values, "stride", { min: 1, max: 1e6, whole: true });
  const batch = numberOption(values, "batch", { min: 1, max: 256, whole: true });
  if (live) {
    const pace = {
      maxLatencySeconds: numberOption(values, "max-latency", { min: 0.001, max: 3600 }),
      stride,
    };
    const track = values.track === true;
    return readLiveArguments(input, values, { ...looking, ...drawing, track, ...defined(pace) });
  }
  if (pictures) {
    const onError = choiceOption(values, "on-error", ["fail", "skip"]);
    return {
      ...common,
      kind: "images",
      input: more.length > 0 ? positionals : input,
      output: textOption(values, "output") ?? `${name}_output`,
      options: { ...looking, ...drawing, ...defined({ detectionsPath: detections, onError }) },
    };
  }
  const detecting: DetectOptions = { ...looking, ...part, ...defined({ stride, batch }) };
  if (verb === undefined) {
    const options = { ...detecting, ...drawing, track: values.track === true };
    return { ...common, kind: "mark-up", options };
  }
  if (values.output !== undefined && detections !== undefined) {
    throw new UsageError("detect writes one file: name it with -o or with --detections, not both");
  }
  const file = textOption(values, "output") ?? detections;
  const output = file ?? `${name}_detections${shardName(part.shard)}.jsonl`;
  return { ...common, output, kind: "detect", options: detecting };
}

/** Pictures by their names, or one folder. */
function areImages(inputs: readonly string[]): boolean {
  if (inputs.every(isPictureName)) return true;
  return inputs.length === 1 && statSync(inputs[0]!, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Shards detected in one folder must not overwrite each other. */
function shardName(part: Shard | undefined): string {
  return part ? `.shard-${part.index}-of-${part.count}` : "";
}

function shard(values: OptionValues): Shard | undefined {
  const text = textOption(values, "shard");
  if (text === undefined) return undefined;
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || index < 1 || index > count) {
    throw new UsageError(`--shard is "${text}"; write i/n with i from 1 to n, such as 2/4`);
  }
  return { index, count };
}
