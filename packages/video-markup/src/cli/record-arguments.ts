import { basename, dirname, extname, join } from "node:path";
import { type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { choiceOption, textOption } from "@sightline/foundation/option-values";
import type { Size } from "../detection.js";
import { type ExportFormat, exportFormats } from "../outputs/export-records.js";
import { type Counting, readCounting } from "./counting-arguments.js";

/** A command that works on stored detections and needs no model. */
export type RecordCommand = {
  /** JSON lines of detections. */
  readonly input: string;
  readonly output: string;
  readonly json: boolean;
} & (
  | { readonly kind: "track"; readonly tracker: "bytetrack" | "sort"; readonly smooth: boolean }
  | {
      readonly kind: "export";
      readonly format: ExportFormat;
      /** Size of the frame in pixels, or the video that tells it. */
      readonly frame: Size | { readonly video: string };
    }
  | {
      readonly kind: "report";
      readonly video: string;
      readonly gps: { readonly gpxPath: string; readonly videoStart: Date } | undefined;
      readonly counting: Counting;
    }
  | { readonly kind: "pictures"; readonly video: string }
);

/** The first words of these commands. */
export const recordVerbs = ["track", "export", "report", "pictures"] as const;

/** Whether a command works on stored detections. */
export function isRecordCommand(command: { readonly kind: string }): command is RecordCommand {
  return recordVerbs.some((verb) => verb === command.kind);
}

const extensions: Readonly<Record<ExportFormat, string>> = {
  csv: ".csv",
  coco: ".coco.json",
  mot: ".mot.txt",
  srt: ".srt",
  yolo: "_yolo",
};

/** @throws {UsageError} with what is wrong and what is allowed */
export function readRecordArguments(
  kind: (typeof recordVerbs)[number],
  input: string,
  values: OptionValues,
): RecordCommand {
  const stem = join(dirname(input), basename(input, extname(input)));
  const common = { input, json: values.json === true };
  const output = textOption(values, "output");
  switch (kind) {
    case "track":
      return {
        ...common,
        kind,
        output: output ?? `${stem}_tracked.jsonl`,
        tracker: choiceOption(values, "tracker", ["bytetrack", "sort"]) ?? "bytetrack",
        smooth: values.smooth === true,
      };
    case "export": {
      const format = choiceOption(values, "format", exportFormats);
      if (format === undefined) {
        throw new UsageError(`name the format: --format ${exportFormats.join("|")}`);
      }
      return {
        ...common,
        kind,
        format,
        frame: frame(values),
        output: output ?? stem + extensions[format],
      };
    }
    case "report":
      return {
        ...common,
        kind,
        video: video(values),
        gps: gps(values),
        counting: readCounting(values),
        output: output ?? `${stem}.html`,
      };
    case "pictures":
      return { ...common, kind, video: video(values), output: output ?? `${stem}_pictures` };
  }
}

function video(values: OptionValues): string {
  const video = textOption(values, "video");
  if (video === undefined) throw new UsageError("name the marked-up video: --video FILE");
  return video;
}

function frame(values: OptionValues): Size | { readonly video: string } {
  const [size, video] = [textOption(values, "size"), textOption(values, "video")];
  const match = /^([1-9]\d*)x([1-9]\d*)$/.exec(size ?? "");
  if (match) return { width: Number(match[1]), height: Number(match[2]) };
  if (size !== undefined) throw new UsageError(`--size is "${size}"; write it in pixels, as 1280x720`);
  if (video !== undefined) return { video };
  throw new UsageError("tell the size of the frames: --size 1280x720 or --video FILE");
}

function gps(values: OptionValues) {
  const gpxPath = textOption(values, "gpx");
  if (gpxPath === undefined) return undefined;
  const videoStart = new Date(textOption(values, "video-start") ?? "");
  if (Number.isNaN(videoStart.getTime())) {
    throw new UsageError("--gpx needs the time at which the video began: --video-start 2026-05-01T09:30:00Z");
  }
  return { gpxPath, videoStart };
}
