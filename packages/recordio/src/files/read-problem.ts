import { RecordIOError } from "../errors.js";

/** What is the matter with a path, by the system's error code. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file: a part of its path is a file",
  EISDIR: "this is a folder, not a file",
  EACCES: "this process may not read it",
  ELOOP: "its links lead in a circle",
};

/**
 * Names a file that cannot be read, as the system's error does not; others stay as they are.
 *
 * @param remedy what helps, as a sentence
 */
function readProblem(error: unknown, path: string | URL, remedy = ""): unknown {
  const { code = "" } = error as NodeJS.ErrnoException;
  const reason = REASONS[code];
  if (reason === undefined) return error;
  return new RecordIOError(`${String(path)}: ${reason}.${remedy === "" ? "" : ` ${remedy}`}`, {
    cause: error,
  });
}

/** Runs what reads a file. @throws RecordIOError that names it, where it cannot be read */
export async function naming<T>(path: string | URL, read: () => Promise<T>, remedy?: string): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw readProblem(error, path, remedy);
  }
}

/** What is said of a folder where a file is to be read: opening one succeeds, and reading it fails late. */
export function folderProblem(path: string | URL): RecordIOError {
  return new RecordIOError(`${String(path)}: ${REASONS.EISDIR}.`);
}
