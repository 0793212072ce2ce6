import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { FrameDetections } from "../detection.js";
import { VideoMarkupError } from "../errors.js";

/** One line of the JSON lines output, with its line feed. */
export function recordLine(record: FrameDetections): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * Reads detections from JSON lines, in the file's order, a line at a time.
 *
 * @throws {VideoMarkupError} when a line is no record
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
  return record as FrameDetections;
}
