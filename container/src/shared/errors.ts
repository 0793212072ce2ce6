/** Base class of every error that the container's programs throw on purpose. */
export class ContainerError extends Error {
  override readonly name: string = "ContainerError";
}

/** The job is described wrongly: a hyperparameter, a channel, its data. The caller can mend it. */
export class JobInputError extends ContainerError {
  override readonly name: string = "JobInputError";
}

/** The model folder cannot be served: no manifest, a wrong one, or a model that does not fit it. */
export class ModelError extends ContainerError {
  override readonly name: string = "ModelError";
}

/** Why an image was not taken. */
export type ImageProblem = "unreadable" | "too-large";

/** An image cannot be decoded, or is larger than the limit. */
export class ImageInputError extends ContainerError {
  override readonly name: string = "ImageInputError";
  readonly problem: ImageProblem;

  constructor(problem: ImageProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** The container has not enough memory left. */
export class OutOfMemoryError extends ContainerError {
  override readonly name: string = "OutOfMemoryError";

  /** @param what begins the message, such as "Decoding this picture" */
  constructor(what: string, neededBytes: number, freeBytes: number) {
    const mib = (bytes: number): string => `${Math.max(0, Math.ceil(bytes / 2 ** 20))} MiB`;
    super(
      `${what} takes about ${mib(neededBytes)} of memory, but only ${mib(freeBytes)} of the container's are free. Try again in a moment, send less, or give the container more memory.`,
    );
  }
}

/** Two inference host processes in a row ended or hung while they worked on the same input. */
export class HostCrashedError extends ContainerError {
  override readonly name: string = "HostCrashedError";
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The stack as lines, where the fault is this program's own; empty for what is told in words on purpose, and for what the
 * operating system refused, whose message names the file.
 */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error) || error instanceof ContainerError) return "";
  return (error as NodeJS.ErrnoException).code === undefined ? `${error.stack}\n` : "";
}
