import { namedError } from "@sightline/foundation/named-error";

/** Base of every error that this package throws on its own account; a caller's own mistake is a TypeError or RangeError. */
export class VideoMarkupError extends namedError("VideoMarkupError", Error) {}

/** The input cannot be read as a video, or holds no picture. */
export class UnreadableVideoError extends namedError("UnreadableVideoError", VideoMarkupError) {
  constructor(
    /** The input as it was given. */
    readonly input: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A still picture cannot be read, or a folder holds none. */
export class UnreadableImageError extends namedError("UnreadableImageError", VideoMarkupError) {
  constructor(
    /** The picture or folder as it was given. */
    readonly image: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The model cannot be loaded, or is not a detector that this package can feed and read. */
export class UnusableModelError extends namedError("UnusableModelError", VideoMarkupError) {
  constructor(
    /** The model as it was given. */
    readonly model: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** ffmpeg is missing, too old, or ended with an error. */
export class FfmpegError extends namedError("FfmpegError", VideoMarkupError) {
  /** Exit status; `null` when a signal ended it or it never ran. */
  readonly exitCode: number | null;
  /** The last lines that it wrote on stderr. */
  readonly stderrTail: string;

  constructor(
    message: string,
    details: { readonly exitCode?: number | null; readonly stderrTail?: string } & ErrorOptions = {},
  ) {
    super(message, details);
    this.exitCode = details.exitCode ?? null;
    this.stderrTail = details.stderrTail ?? "";
  }
}

/** An inference host process crashed or hung more often than a segment may be tried again. */
export class HostError extends namedError("HostError", VideoMarkupError) {}

/** No execution provider of those asked for is there. */
export class ProviderUnavailableError extends namedError("ProviderUnavailableError", VideoMarkupError) {}

/** Another job is writing the same output. */
export class OutputBusyError extends namedError("OutputBusyError", VideoMarkupError) {}

/** A limit on duration, frame size or disk space would be passed. */
export class LimitError extends namedError("LimitError", VideoMarkupError) {}
