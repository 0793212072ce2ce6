import type { FrameDetections } from "../detection.js";
import { startWholeFile } from "../files/whole-file.js";
import { recordLine } from "./frame-records.js";

/** JSON lines of detections that appear when they are complete. */
export interface RecordFile {
  /** Appends a line. */
  write(record: FrameDetections): Promise<void>;
  /** Gives the file its name. */
  commit(): Promise<void>;
  /** Removes what was written; nothing after `commit`. */
  discard(): Promise<void>;
}

/** @throws {VideoMarkupError} from here on, when the file cannot be written */
export async function startRecordFile(path: string): Promise<RecordFile> {
  const file = await startWholeFile(path);
  return {
    write: (record) => file.write(recordLine(record)),
    commit: file.commit,
    discard: file.discard,
  };
}
