/** One input or output of an ffmpeg call: a path, `pipe:N` or URL with the options that precede it. */
export interface FfmpegEnd {
  readonly url: string;
  readonly options: readonly string[];
}

/** An ffmpeg call as plain data. */
export interface FfmpegCall {
  readonly inputs: readonly FfmpegEnd[];
  readonly outputs: readonly FfmpegEnd[];
}

/**
 * The argument list of a call. An existing output is written over: outputs have names that nobody else uses.
 *
 * @example
 * ```ts
 * ffmpegArguments({ inputs: [{ url: "a.mp4", options: ["-ss", "1"] }], outputs: [{ url: "b.mkv", options: [] }] });
 * // ["-hide_banner", "-nostats", "-y", "-ss", "1", "-i", "a.mp4", "b.mkv"]
 * ```
 */
export function ffmpegArguments({ inputs, outputs }: FfmpegCall): string[] {
  return [
    ...["-hide_banner", "-nostats", "-y"],
    ...inputs.flatMap(({ url, options }) => [...options, "-i", url]),
    ...outputs.flatMap(({ url, options }) => [...options, url]),
  ];
}
