/** Base of every error of this package. */
export class NotebookError extends Error {
  override name = "NotebookError";
}

/** Two ends of a kernel connection disagree on the protocol or the key. */
export class WireError extends NotebookError {
  override name = "WireError";
}

/** A file is not a notebook that can be run: missing, not JSON, or another format version. */
export class NotebookFormatError extends NotebookError {
  override name = "NotebookFormatError";
  constructor(
    message: string,
    /** Path of the file. */
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A parameter is missing, unknown to the notebook, or of a type that the compiler refuses. */
export class ParameterError extends NotebookError {
  override name = "ParameterError";
  constructor(
    message: string,
    /** Name of the parameter; empty when the notebook takes none at all. */
    readonly parameter: string,
  ) {
    super(message);
  }
}

/** No kernel of the wanted name is installed, or it did not start. */
export class KernelError extends NotebookError {
  override name = "KernelError";
}

/** The limit `deadlineMs` was reached before the first cell could run. */
export class DeadlineError extends NotebookError {
  override name = "DeadlineError";
}

/** An option of the command line or of `runNotebook` is not usable. */
export class UsageError extends NotebookError {
  override name = "UsageError";
}
