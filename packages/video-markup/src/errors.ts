/** Base of every error that this package throws on its own account; a caller's own mistake is a TypeError or RangeError. */
export class VideoMarkupError extends Error {
  override name = "VideoMarkupError";
}

/** The input cannot be read as a video, or holds no picture. */
export class UnreadableVideoError extends VideoMarkupError {
  override name = "UnreadableVideoError";
  /** The input as it was given. */
  readonly input: string;

  constructor(input: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.input = input;
  }
}

/** A still picture cannot be read, or a folder holds none. */
export class UnreadableImageError extends VideoMarkupError {
  override name = "UnreadableImageError";
  /** The picture or folder as it was given. */
  readonly image: string;

  constructor(image: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.image = image;
  }
}

/** The model cannot be loaded, or is not a detector that this package can feed and read. */
export class UnusableModelError extends VideoMarkupError {
  override name = "UnusableModelError";
  /** The model as it was given. */
  readonly model: string;

  constructor(model: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.model = model;
  }
}

/** ffmpeg is missing, too old, or ended with an error. */
export class FfmpegError extends VideoMarkupError {
  override name = "FfmpegError";
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
export class HostError extends VideoMarkupError {
  override name = "HostError";
}

/** No execution provider of those asked for is there. */
export class ProviderUnavailableError extends VideoMarkupError {
  override name = "ProviderUnavailableError";
}

/** Another job is writing the same output. */
export class OutputBusyError extends VideoMarkupError {
  override name = "OutputBusyError";
}

/** A limit on duration, frame size or disk space would be passed. */
export class LimitError extends VideoMarkupError {
  override name = "LimitError";
}
