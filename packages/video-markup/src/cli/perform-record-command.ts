import { checkOutputs } from "../files/check-outputs.js";
import { probeVideo } from "../media/probe.js";
import { exportRecords } from "../outputs/export-records.js";
import { writePictures } from "../outputs/write-pictures.js";
import { writeReport } from "../outputs/write-report.js";
import { readRecords } from "../records/frame-records.js";
import { trackFile } from "../track/track-file.js";
import type { RecordCommand } from "./record-arguments.js";

/** Works on stored detections; answers what was made. */
export async function performRecordCommand(command: RecordCommand, signal: AbortSignal): Promise<object> {
  const { input, output } = command;
  switch (command.kind) {
    case "track":
      await trackFile(input, output, { tracker: { kind: command.tracker }, smooth: command.smooth, signal });
      return { output };
    case "export": {
      const { frame } = command;
      const video = "video" in frame ? frame.video : undefined;
      await checkOutputs(
        [{ what: "output", path: output }],
        [
          { what: "detections file", path: input },
          { what: "video", path: video },
        ],
      );
      const size = "video" in frame ? await probeVideo(frame.video, signal) : frame;
      await exportRecords(readRecords(input), output, command.format, { size, signal });
      return { output };
    }
    case "report": {
      const { video: videoPath, gps } = command;
      // Before the pictures are taken, which is most of the work.
      await checkOutputs(
        [{ what: "report", path: output }],
        [
          { what: "detections file", path: input },
          { what: "video", path: videoPath },
        ],
      );
      const { pictures } = await writePictures(videoPath, input, undefined, { signal });
      const { counting } = command;
      const { frames, durationSeconds, objectsByClass, lines, zones } = await writeReport(output, {
        ...counting,
        detectionsPath: input,
        videoPath,
        pictures,
        ...(gps && { gps }),
        signal,
      });
      return {
        output,
        frames,
        durationSeconds,
        objects: objectsByClass,
        ...(counting.lines && { lines }),
        ...(counting.zones && { zones }),
      };
    }
    case "pictures": {
      const { files } = await writePictures(command.video, input, output, { signal });
      return { output, files };
    }
  }
}
