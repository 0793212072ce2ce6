import { UsageError } from "@sightline/foundation/command-line";
import { namedError } from "@sightline/foundation/named-error";

/** Base of what the quickstart itself throws. */
export class QuickstartError extends namedError("QuickstartError", Error) {}

/** An input file cannot be used; found before anything is started. Its option is what is to be changed. */
export class InputError extends namedError("InputError", UsageError) {}

/** A notebook did not run to its end. */
export class NotebookFailedError extends namedError("NotebookFailedError", QuickstartError) {}
