import Ffmpeg from "fluent-ffmpeg";

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
 * The argument list of a call, put in ffmpeg's order by fluent-ffmpeg. Only its builder is used: the
 * process is started by {@link startFfmpeg}, because fluent-ffmpeg asks ffmpeg for its formats and
 * encoders before each run (two more processes) and cannot hand over further pipes.
 */
export function ffmpegArguments(call: FfmpegCall): string[] {
  const command = Ffmpeg() as Ffmpeg.FfmpegCommand & { _getArguments(): string[] };
  for (const { url, options } of call.inputs) {
    command.input(url);
    // One by one as [option, value] would split values at blanks; separate arguments are taken as they are.
    if (options.length > 0) command.inputOptions(...literal(options));
  }
  for (const { url, options } of call.outputs) {
    command.output(url);
    if (options.length > 0) command.outputOptions(...literal(options));
  }
  return ["-hide_banner", "-nostats", ...command._getArguments()];
}

/** fluent-ffmpeg leaves the arguments alone only when there are two or more of them. */
function literal(options: readonly string[]): [string, string, ...string[]] {
  const [first = "", second, ...rest] = options;
  if (second === undefined) throw new RangeError(`pass options with their values; got "${first}" alone`);
  return [first, second, ...rest];
}
