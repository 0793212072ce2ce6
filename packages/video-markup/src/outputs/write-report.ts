import { readFile } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import { type AnalyseOptions, type Analysis, analyseRecords } from "../analytics/analyse.js";
import { parseGpx, trackPositions } from "../analytics/gpx.js";
import { checkOutputs } from "../files/check-outputs.js";
import { writeWhole } from "../files/whole-file.js";
import { readRecords } from "../records/frame-records.js";
import { htmlReport, type ReportPicture } from "./report/html-report.js";

/** Options of {@link writeReport}. */
export interface WriteReportOptions extends AnalyseOptions {
  /** JSON lines of detections, tracked for counts of objects. */
  readonly detectionsPath: string;
  /** The marked-up video; the report refers to it by its place relative to the report. */
  readonly videoPath: string;
  /** Default: the video's file name. */
  readonly title?: string;
  /** GPX file of the camera's way, with the time at which the video began. */
  readonly gps?: {
    /** Path of the GPX file. */
    readonly gpxPath: string;
    /** When the video's time 0 was. */
    readonly videoStart: Date;
  };
  /** Key frames to show. Default: none. */
  readonly pictures?: readonly ReportPicture[];
  /** Further lines under the title. Default: none. */
  readonly notes?: readonly string[];
  /** Ends the work; nothing is left behind. Default: none. */
  readonly signal?: AbortSignal;
}

/**
 * Counts a video's detections and writes the HTML report; answers what was counted.
 *
 * @throws {TypeError} when the report would replace a file that it is made from
 */
export async function writeReport(path: string, options: WriteReportOptions): Promise<Analysis> {
  const { detectionsPath, videoPath, gps, pictures, notes, signal } = options;
  await checkOutputs(
    [{ what: "report", path }],
    [
      { what: "detections file", path: detectionsPath },
      { what: "video", path: videoPath },
      { what: "GPX file", path: gps?.gpxPath },
    ],
  );
  const analysis = await analyseRecords(readRecords(detectionsPath), options);
  signal?.throwIfAborted();
  const points = gps && parseGpx(await readFile(gps.gpxPath, "utf8"));
  const place = relative(dirname(resolve(path)), resolve(videoPath));
  const html = htmlReport({
    title: options.title ?? basename(videoPath),
    videoSrc: place.split(/[\\/]/).map(encodeURIComponent).join("/"),
    analysis,
    ...(pictures ? { pictures } : {}),
    ...(notes ? { notes } : {}),
    ...(gps && points ? { gps: { points, position: trackPositions(points, gps.videoStart) } } : {}),
  });
  await writeWhole([html], path, signal);
  return analysis;
}
