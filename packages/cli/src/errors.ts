import { namedError } from "@sightline/foundation/named-error";

/** What keeps a command from doing its work: the message says what, where and the remedy. */
export class CliError extends namedError("CliError", Error) {}

/** The mark of the SDK's errors, looked at without loading the SDK: `--help` would wait for it. */
const SDK_ERROR = Symbol.for("sightline.sdk.error");

/** Whether an error is told by its message alone: ours, the SDK's, and those of the packages that a command calls. */
export function isExpected(error: unknown): boolean {
  if (error instanceof CliError) return true;
  if (!(error instanceof Error)) return false;
  return SDK_ERROR in error || EXPECTED.has(error.name);
}

/** What `packages/recordio` throws on purpose while a `.rec` is read. */
const EXPECTED = new Set(["RecordIOError", "CorruptRecordError", "ImageError", "ListError"]);
