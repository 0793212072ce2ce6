import { basename, dirname, extname, join } from "node:path";
import type { Size } from "../detection.js";
import { type ExportFormat, exportFormats } from "../outputs/export-records.js";
import { oneOf, UsageError } from "./usage-error.js";

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
    }
  | { readonly kind: "pictures"; readonly video: string }
);

/** The first words of these commands. */
export const recordVerbs = ["track", "export", "report", "pictures"] as const;

/** What of the command line these commands read. */
export interface RecordValues {
  readonly output?: string;
  readonly json?: boolean;
  readonly tracker?: string;
  readonly smooth?: boolean;
  readonly format?: string;
  readonly size?: string;
  readonly video?: string;
  readonly gpx?: string;
  readonly "video-start"?: string;
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
  values: RecordValues,
): RecordCommand {
  const stem = join(dirname(input), basename(input, extname(input)));
  const common = { input, json: values.json === true };
  switch (kind) {
    case "track":
      return {
        ...common,
        kind,
        output: values.output ?? `${stem}_tracked.jsonl`,
        tracker: oneOf(values.tracker ?? "bytetrack", "--tracker", ["bytetrack", "sort"] as const),
        smooth: values.smooth === true,
      };
    case "export": {
      if (values.format === undefined) {
        throw new UsageError(`name the format: --format ${exportFormats.join("|")}`);
      }
      const format = oneOf(values.format, "--format", exportFormats);
      return {
        ...common,
        kind,
        format,
        frame: frame(values),
        output: values.output ?? stem + extensions[format],
      };
    }
    case "report":
      return {
        ...common,
        kind,
        video: video(values),
        gps: gps(values),
        output: values.output ?? `${stem}.html`,
      };
    case "pictures":
      return { ...common, kind, video: video(values), output: values.output ?? `${stem}_pictures` };
  }
}

function video(values: RecordValues): string {
  if (values.video === undefined) throw new UsageError("name the marked-up video: --video FILE");
  return values.video;
}

function frame({ size, video }: RecordValues): Size | { readonly video: string } {
  const match = /^([1-9]\d*)x([1-9]\d*)$/.exec(size ?? "");
  if (match) return { width: Number(match[1]), height: Number(match[2]) };
  if (size !== undefined) throw new UsageError(`--size is "${size}"; write it in pixels, as 1280x720`);
  if (video !== undefined) return { video };
  throw new UsageError("tell the size of the frames: --size 1280x720 or --video FILE");
}

function gps({ gpx, "video-start": start }: RecordValues) {
  if (gpx === undefined) return undefined;
  const videoStart = new Date(start ?? "");
  if (Number.isNaN(videoStart.getTime())) {
    throw new UsageError("--gpx needs the time at which the video began: --video-start 2026-05-01T09:30:00Z");
  }
  return { gpxPath: gpx, videoStart };
}
