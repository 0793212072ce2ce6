import { type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { choiceOption, textOption } from "@sightline/foundation/option-values";
import type { MarkUpStreamOptions } from "../mark-up-stream-options.js";
import { defined } from "./model-arguments.js";

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

/** Whether an input can be nothing but live: standard input, a camera, a streaming protocol. */
export function isLive(input: string): boolean {
  return input === "-" || /^(\/dev\/video|rtsps?:|rtmps?:|srt:|udp:|rtp:|tcp:)/i.test(input);
}

/** @throws {UsageError} with what is wrong and what is allowed */
export function readLiveArguments(
  input: string,
  values: OptionValues,
  options: MarkUpStreamOptions,
): LiveCommand {
  const output = textOption(values, "output");
  if (output === undefined) {
    throw new UsageError(
      "name where a live stream goes: -o FILE.mp4, -o rtmp://..., or -o - for standard output",
    );
  }
  const own = {
    detectionsPath: textOption(values, "detections"),
    onBehind: choiceOption(values, "on-behind", ["drop", "wait"]),
    inputOptions: (values["input-option"] as string[] | undefined)?.flatMap(inputOption),
  };
  const json = values.json === true;
  return { kind: "live", input, output, json, workers: undefined, options: { ...options, ...defined(own) } };
}

/** `rtsp_transport=tcp` as ffmpeg wants it. */
function inputOption(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1)
    throw new UsageError(`--input-option is "${text}"; write NAME=VALUE, such as rtsp_transport=tcp`);
  return [`-${text.slice(0, at)}`, text.slice(at + 1)];
}
