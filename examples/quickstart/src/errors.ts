import { UsageError } from "@sightline/foundation/command-line";

/** Base of what the quickstart itself throws. */
export class QuickstartError extends Error {
  override name = "QuickstartError";
}

/** An input file cannot be used; found before anything is started. Its option is what is to be changed. */
export class InputError extends UsageError {
  override name = "InputError";
}

/** A notebook did not run to its end. */
export class NotebookFailedError extends QuickstartError {
  override name = "NotebookFailedError";
}
