import { RecordIOError } from "../errors.js";

/** What helps when the system takes no more bytes, by error code. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "Make room there and run it again",
  EDQUOT: "Make room in your quota there and run it again",
  EFBIG: "Neither the file system nor the process's limit (ulimit -f) allows a larger file: write several",
  EIO: "Check the disk",
};

/** Names the output that a full or broken disk took no more of, which the system's error does not; others stay as they are. */
export function writeProblem(error: unknown, path: string): unknown {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const remedy = REMEDIES[code];
  return remedy === undefined
    ? error
    : new RecordIOError(`${path} could not be written: ${message}. ${remedy}.`, { cause: error });
}
