/** Base of what the quickstart itself throws. */
export class QuickstartError extends Error {
  override name = "QuickstartError";
}

/** The command line cannot be understood. */
export class UsageError extends QuickstartError {
  override name = "UsageError";
}

/** An input file cannot be used; found before anything is started. */
export class InputError extends QuickstartError {
  override name = "InputError";
}

/** A notebook did not run to its end. */
export class NotebookFailedError extends QuickstartError {
  override name = "NotebookFailedError";
}
