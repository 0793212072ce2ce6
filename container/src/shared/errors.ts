import { namedError } from "@sightline/foundation/named-error";

/** Base class of every error that the container's programs throw on purpose. */
export class ContainerError extends namedError("ContainerError", Error) {}

/** The job is described wrongly: a hyperparameter, a channel, its data. The caller can mend it. */
export class JobInputError extends namedError("JobInputError", ContainerError) {}

/** The model folder cannot be served: no manifest, a wrong one, or a model that does not fit it. */
export class ModelError extends namedError("ModelError", ContainerError) {}

/** Why an image was not taken. */
export type ImageProblem = "unreadable" | "too-large";

/** An image cannot be decoded, or is larger than the limit. */
export class ImageInputError extends namedError("ImageInputError", ContainerError) {
  readonly problem: ImageProblem;

  constructor(problem: ImageProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** The container has not enough memory left. */
export class OutOfMemoryError extends namedError("OutOfMemoryError", ContainerError) {
  /** @param what begins the message, such as "Decoding this picture" */
  constructor(what: string, neededBytes: number, freeBytes: number) {
    const mib = (bytes: number): string => `${Math.max(0, Math.ceil(bytes / 2 ** 20))} MiB`;
    super(
      `${what} takes about ${mib(neededBytes)} of memory, but only ${mib(freeBytes)} of the container's are free. Try again in a moment, send less, or give the container more memory.`,
    );
  }
}

/** Two inference host processes in a row ended or hung while they worked on the same input. */
export class HostCrashedError extends namedError("HostCrashedError", ContainerError) {}

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
