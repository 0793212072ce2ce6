import { namedError } from "@sightline/foundation/named-error";

/** Base of every error of this package. */
export class NotebookError extends namedError("NotebookError", Error) {}

/** Two ends of a kernel connection disagree on the protocol or the key. */
export class WireError extends namedError("WireError", NotebookError) {}

/** A file is not a notebook that can be run: missing, not JSON, or another format version. */
export class NotebookFormatError extends namedError("NotebookFormatError", NotebookError) {
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
export class ParameterError extends namedError("ParameterError", NotebookError) {
  constructor(
    message: string,
    /** Name of the parameter; empty when the notebook takes none at all. */
    readonly parameter: string,
  ) {
    super(message);
  }
}

/** No kernel of the wanted name is installed, or it did not start. */
export class KernelError extends namedError("KernelError", NotebookError) {}

/** The limit `deadlineMs` was reached before the first cell could run. */
export class DeadlineError extends namedError("DeadlineError", NotebookError) {}

/** An option of the command line or of `runNotebook` is not usable. */
export class UsageError extends namedError("UsageError", NotebookError) {}
