import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Detection, FrameDetections } from "../detection.js";
import { VideoMarkupError } from "../errors.js";

/** One line of the JSON lines output, with its line feed. */
export function recordLine(record: FrameDetections): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * Reads detections from JSON lines, in the file's order, a line at a time.
 *
 * @throws {VideoMarkupError} when the file cannot be read, or a line is no record
 */
export async function* readRecords(path: string): AsyncGenerator<FrameDetections, void> {
  const stream = createReadStream(path, { encoding: "utf8" });
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  try {
    for await (const line of lines) {
      number++;
      if (line === "") continue;
      yield parseRecord(line, `${path}:${number}`);
    }
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new VideoMarkupError(`${path} cannot be read: ${cause.message}`, { cause });
  } finally {
    lines.close();
    stream.destroy();
  }
}

function parseRecord(line: string, where: string): FrameDetections {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new VideoMarkupError(`${where} is not JSON; each line must be one frame's detections`, { cause });
  }
  const record = value as Partial<FrameDetections> | null;
  if (
    typeof record !== "object" ||
    !Number.isInteger(record?.frame) ||
    typeof record?.ptsSeconds !== "number" ||
    !Array.isArray(record.detections)
  ) {
    throw new VideoMarkupError(
      `${where} is no detections record; it must have frame, ptsSeconds and detections`,
    );
  }
  const wrong = record.detections.findIndex((detection) => !isDetection(detection));
  if (wrong >= 0) {
    throw new VideoMarkupError(
      `${where}: detection ${wrong + 1} is none; it must have classId, className, confidence and xyxy, four numbers`,
    );
  }
  return record as FrameDetections;
}

/** What every detection has; the rest is not looked at. */
function isDetection(value: unknown): boolean {
  const { classId, className, confidence, xyxy } = (value ?? {}) as Partial<Detection>;
  return (
    Number.isInteger(classId) &&
    typeof className === "string" &&
    typeof confidence === "number" &&
    Array.isArray(xyxy) &&
    xyxy.length === 4 &&
    xyxy.every((edge) => typeof edge === "number")
  );
}
