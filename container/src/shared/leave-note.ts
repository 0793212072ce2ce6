import { writeWholeFile } from "@sightline/foundation/whole-file";
import { messageOf } from "./errors.js";

/** SageMaker shows so many characters of `output/failure` and `output/message`. */
const SHOWN = 1024;

/**
 * Leaves a sentence for SageMaker to show. Where it cannot be written that is told and the outcome of the job stays what
 * it is: a read-only or full disk must not hide the reason that was to be written.
 *
 * @param path `output/failure` or `output/message`
 */
export async function leaveNote(path: string, text: string, tell: (line: string) => void): Promise<void> {
  try {
    await writeWholeFile(path, text.slice(0, SHOWN));
  } catch (error) {
    tell(`Warning: the message could not be left in ${path}: ${messageOf(error)}.`);
  }
}
