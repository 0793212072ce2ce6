import type { MarkUpStreamOptions } from "../mark-up-stream-options.js";
import { oneOf, UsageError } from "./usage-error.js";

/** A command that marks up a live stream. */
export interface LiveCommand {
  readonly kind: "live";
  /** Path, URL or device; `-` for standard input. */
  readonly input: string;
  /** Path or URL; `-` for standard output. */
  readonly output: string;
  readonly json: boolean;
  readonly workers: undefined;
  readonly options: MarkUpStreamOptions;
}

/** What of the command line these commands read beside what all do. */
export interface LiveValues {
  readonly live?: boolean;
  readonly json?: boolean;
  readonly output?: string;
  readonly detections?: string;
  readonly "on-behind"?: string;
  readonly "input-option"?: readonly string[];
}

/** Whether an input can be nothing but live: standard input, a camera, a streaming protocol. */
export function isLive(input: string): boolean {
  return input === "-" || /^(\/dev\/video|rtsps?:|rtmps?:|srt:|udp:|rtp:|tcp:)/i.test(input);
}

/** @throws {UsageError} with what is wrong and what is allowed */
export function readLiveArguments(
  input: string,
  values: LiveValues,
  options: MarkUpStreamOptions,
): LiveCommand {
  if (values.output === undefined) {
    throw new UsageError(
      "name where a live stream goes: -o FILE.mp4, -o rtmp://..., or -o - for standard output",
    );
  }
  const onBehind =
    values["on-behind"] && oneOf(values["on-behind"], "--on-behind", ["drop", "wait"] as const);
  return {
    kind: "live",
    input,
    output: values.output,
    json: values.json === true,
    workers: undefined,
    options: {
      ...options,
      ...(values.detections !== undefined && { detectionsPath: values.detections }),
      ...(onBehind && { onBehind }),
      ...(values["input-option"] && { inputOptions: values["input-option"].flatMap(inputOption) }),
    },
  };
}

/** `rtsp_transport=tcp` as ffmpeg wants it. */
function inputOption(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1)
    throw new UsageError(`--input-option is "${text}"; write NAME=VALUE, such as rtsp_transport=tcp`);
  return [`-${text.slice(0, at)}`, text.slice(at + 1)];
}
