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
    if (options.length > 0) command.inputOptions(...(literal(options) as [string, string]));
  }
  for (const { url, options } of call.outputs) {
    command.output(url);
    if (options.length > 0) command.outputOptions(...(literal(options) as [string, string]));
  }
  return ["-hide_banner", "-nostats", ...command._getArguments()];
}

/** fluent-ffmpeg splits a lone argument at its first blank; it leaves two or more of them alone. */
function literal(options: readonly string[]): [string, ...string[]] {
  const [first = "", ...rest] = options;
  if (rest.length === 0 && first.includes(" ")) {
    throw new RangeError(`pass an option and its value apart; got "${first}"`);
  }
  return [first, ...rest];
}
