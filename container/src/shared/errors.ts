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

/** An inference host process ended, twice, while it worked on the same input. */
export class HostCrashedError extends ContainerError {
  override readonly name: string = "HostCrashedError";
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
