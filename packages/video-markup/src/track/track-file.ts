import { checkWritable } from "../files/check-outputs.js";
import { writeWhole } from "../files/whole-file.js";
import { readRecords, recordLine } from "../records/frame-records.js";
import { type TrackOptions, trackRecords } from "./track-records.js";

/** Options of {@link trackFile}. */
export interface TrackFileOptions extends TrackOptions {
  /** Ends the work; nothing is left behind. Default: none. */
  readonly signal?: AbortSignal;
}

/**
 * Gives stored detections track ids: JSON lines in, JSON lines out, without the video or the model. The output
 * may be the input itself.
 *
 * @throws VideoMarkupError when a line is no record.
 * @throws RangeError when an option of the tracker is out of range.
 * @example
 * await trackFile("road.jsonl", "road_tracked.jsonl", { tracker: { kind: "sort" } });
 */
export async function trackFile(
  input: string,
  output: string,
  options: TrackFileOptions = {},
): Promise<void> {
  await checkWritable({ what: "output", path: output });
  async function* lines(): AsyncGenerator<string, void> {
    for await (const record of trackRecords(readRecords(input), options)) yield recordLine(record);
  }
  await writeWhole(lines(), output, options.signal);
}
